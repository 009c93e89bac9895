import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { plan } from "../../test/support/world.js";
import type { ReportDocument } from "./document.js";
import { toDocument } from "./to-document.js";
import { recordOutcomes, removeReport, ReportError, reportPath, writeReport } from "./file.js";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "warp-report-"))));
afterEach(() => rm(folder, { recursive: true }));

const made = plan("version: 1\nusers:\n  bob@example.com: []\n", [
  { id: "a", email: "bob@example.com" },
  { id: "b", email: "bob@example.com" },
  { id: "c", email: "bob@example.com" },
]);
const document = toDocument(made, { generatedAt: new Date(), run: true });
const read = async (path: string) => JSON.parse(await readFile(path, "utf8")) as ReportDocument;

test("acts begin as skipped, and outcomes that come at once are all kept", async () => {
  const path = join(folder, "report.json");
  await writeReport(path, document);
  expect((await read(path)).results?.map(({ result }) => result)).toEqual(["skipped", "skipped", "skipped"]);
  const env = { WARP_REPORT: path };
  await Promise.all([
    recordOutcomes(env, new Map([["a", { result: "done" }]])),
    recordOutcomes(env, new Map([["b", { result: "failed", reason: "gone" }]])),
  ]);
  expect((await read(path)).results).toEqual([
    { registration: "a", act: "revoke", result: "done" },
    { registration: "b", act: "revoke", result: "failed", reason: "gone" },
    { registration: "c", act: "revoke", result: "skipped" },
  ]);
  expect(await readdir(folder)).toEqual(["report.json"]);
});

test("the file holds no control or bidirectional character as it is", async () => {
  const path = join(folder, "report.json");
  const name = "A\u009b2J\u202eB";
  await writeReport(
    path,
    toDocument(
      plan("version: 1\nusers:\n  bob@example.com: []\n", [{ id: "a", email: "bob@example.com", name }]),
      { generatedAt: new Date(), run: true },
    ),
  );
  expect(await readFile(path, "utf8")).not.toMatch(/[^\n\P{C}]/u);
  expect((await read(path)).decisions[0]?.registration.device.name).toBe(name);
});

test("a folder that is not there is one clear error, and nothing is written", async () => {
  const path = join(folder, "missing", "report.json");
  await expect(writeReport(path, document)).rejects.toThrow(ReportError);
  await expect(writeReport(path, document)).rejects.toThrow(
    /^WARP_REPORT: the report cannot be written to .*report\.json: its folder is not there/u,
  );
  expect(await readdir(folder)).toEqual([]);
});

test("one failure does not stop the next outcome from being written", async () => {
  const path = join(folder, "report.json");
  await writeFile(path, "not JSON");
  await expect(recordOutcomes({ WARP_REPORT: path }, new Map([["a", { result: "done" }]]))).rejects.toThrow(
    ReportError,
  );
  await writeReport(path, document);
  await recordOutcomes({ WARP_REPORT: path }, new Map([["a", { result: "done" }]]));
  expect((await read(path)).results?.[0]?.result).toBe("done");
});

test("without WARP_REPORT nothing is asked for", async () => {
  expect(reportPath({})).toBeUndefined();
  expect(reportPath({ WARP_REPORT: " " })).toBeUndefined();
  await expect(recordOutcomes({}, new Map())).resolves.toBeUndefined();
});

test("only an earlier report, or an empty file, is taken away", async () => {
  const path = join(folder, "taken.json");
  const env = { WARP_REPORT: path };
  for (const other of ["version: 1\n", "{}", '{"decisions":[]}', "[1]"]) {
    await writeFile(path, other);
    await expect(removeReport(env)).rejects.toThrow("that is another file, not a report");
    expect(await readFile(path, "utf8")).toBe(other);
  }
  for (const own of ["", JSON.stringify(document)]) {
    await writeFile(path, own);
    await removeReport(env);
    await expect(readFile(path)).rejects.toThrow("ENOENT");
  }
});

test("the reviewed plan is not taken for the report", async () => {
  const path = join(folder, "plan.json");
  await writeReport(path, document);
  await expect(removeReport({ WARP_REPORT: path, WARP_EXPECT_PLAN: path })).rejects.toThrow(
    "WARP_EXPECT_PLAN names the same file",
  );
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual(document);
});
