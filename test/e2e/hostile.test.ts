import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { TOKEN } from "../support/trial.js";
import { LIST, LISTED, NO_LIMITS } from "./small-account.js";
import { scenario } from "./trace.js";

const UNLIMITED = { ...LISTED, files: { "allowlist.yaml": LIST.replace("users:", `${NO_LIMITS}users:`) } };

scenario("a device's name hides nobody's act", UNLIMITED, async ({ stack, simulator }) => {
  const hostile = [
    "A <{%reset%}> B",
    "<{%",
    "%}>",
    "\u202egpj.exe\u2066",
    "\u001b[2J\u001b[31mred",
    "line\nrevoke   NOBODY\r\n::error::x",
    "##[debug]LAPTOP",
    "::add-mask::revoke",
    "x".repeat(10_000),
    "‮‎​</script>`|@everyone",
  ];
  hostile.forEach((name, i) =>
    simulator.enrol({ email: "carol@example.com", device_name: name, id: `hostile-${i}` }),
  );
  for (const diff of [false, true]) {
    const preview = await stack.preview({ diff });
    expect(preview.exitCode, preview.output).toBe(0);
    hostile.forEach((_, i) => expect(preview.output).toContain(`carol@example.com/hostile-${i}`));
    expect(preview.output).toContain("CAROL-MBA");
    expect(preview.output).toContain("\\u{202e}gpj.exe\\u{2066}");
    // eslint-disable-next-line no-control-regex
    expect(preview.output).not.toMatch(/[\u001b\u202a-\u202e\u2066-\u2069\u200b]|<\{%|%\}>/u);
    expect(preview.output).not.toMatch(/^\s*::|::(?:error|add-mask)::|##\[/mu);
    expect(preview.output).not.toContain("x".repeat(100));
  }
});

scenario(
  "the API token is in no file that the runs leave behind",
  LISTED,
  async ({ stack, folder, project }) => {
    const env = { WARP_REPORT: join(folder, "report.json") };
    const runs = [await stack.preview({ env }), await stack.up({ env }), await stack.refresh({ env })];
    for (const { output } of runs) expect(output).not.toContain(TOKEN);
    const files = [...(await filesBelow(folder)), ...(await filesBelow(project))];
    expect(files).toContain(env.WARP_REPORT);
    for (const file of files) expect(await readFile(file, "latin1"), file).not.toContain(TOKEN);
  },
);

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
