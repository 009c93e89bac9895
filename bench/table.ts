/** Rows of a table: what was measured, the result, and the target. */

export interface Row {
  readonly what: string;
  readonly measured: string;
  /** Empty if there is no target. */
  readonly wanted: string;
  readonly reached: boolean | undefined;
}

/** Prints the table in aligned columns. */
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
