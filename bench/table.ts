/** Rows of a table: what was measured, what was asked for, what it came to. */

export interface Row {
  readonly what: string;
  readonly measured: string;
  /** Empty where the figure is only told. */
  readonly wanted: string;
  readonly reached: boolean | undefined;
}

/** Prints the table in columns that line up. */
export function printTable(rows: readonly Row[]): void {
  const cells = [
    ["figure", "measured", "to reach", ""],
    ...rows.map(({ what, measured, wanted, reached }) => [what, measured, wanted, verdict(reached)]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

function verdict(reached: boolean | undefined): string {
  if (reached === undefined) return "";
  return reached ? "reached" : "MISSED";
}
