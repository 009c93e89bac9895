/** A real Chromium without a window, spoken to over a pipe (the DevTools protocol, messages ended by a zero byte). */

import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/snap/bin/chromium"];

/** Where Chromium is installed; undefined where it is not. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...paths, ...PLACES].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** How a page is looked at. */
export interface View {
  readonly width: number;
  readonly scheme: "light" | "dark";
  /** Default: screen. */
  readonly media?: "print";
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: object;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

export class Chromium {
  readonly #process: ChildProcess;
  readonly #profile = mkdtempSync(join(tmpdir(), "warp-chromium-"));
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;
  #session = "";
  /** What the page complained of: console messages, violations of its policy, exceptions. */
  readonly complaints: string[] = [];

  constructor(path: string) {
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--remote-debugging-pipe",
      "--no-first-run",
    ];
    const profile = `--user-data-dir=${this.#profile}`;
    this.#process = spawn(path, [...flags, profile, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    let rest = "";
    (this.#process.stdio[4] as Readable).setEncoding("utf8").on("data", (data: string) => {
      const messages = (rest + data).split("\0");
      rest = messages.pop() ?? "";
      for (const message of messages) this.#take(JSON.parse(message) as Answer);
    });
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    else if (/^(?:Log\.entryAdded|Runtime\.(?:consoleAPICalled|exceptionThrown))$/u.test(answer.method ?? ""))
      this.complaints.push(JSON.stringify(answer.params));
  }

  async #call(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#last;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      const session = this.#session === "" || method === "Browser.close" ? {} : { sessionId: this.#session };
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }

  /** Opens a page that is a file. */
  async open(url: string): Promise<void> {
    if (this.#session === "") {
      const { targetId } = await this.#call("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await this.#call("Target.attachToTarget", { targetId, flatten: true });
      this.#session = String(sessionId);
      for (const domain of ["Log", "Runtime", "Page"]) await this.#call(`${domain}.enable`);
    }
    await this.#call("Page.navigate", { url });
    await this.evaluate(
      "new Promise((done) => document.readyState === 'complete' ? done(0) : addEventListener('load', done))",
    );
  }

  async look({ width, scheme, media }: View): Promise<void> {
    const metrics = { width, height: 800, deviceScaleFactor: 1, mobile: width < 600 };
    await this.#call("Emulation.setDeviceMetricsOverride", metrics);
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.#call("Emulation.setEmulatedMedia", { media: media ?? "", features });
  }

  /** The value of an expression in the page, as JSON has it. */
  async evaluate(expression: string): Promise<unknown> {
    const how = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#call("Runtime.evaluate", how);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value?: unknown }).value;
  }

  /** The whole page as a PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#call("Page.captureScreenshot", { captureBeyondViewport: true });
    return Buffer.from(String(data), "base64");
  }

  /** Resolves once the browser is gone, with its profile. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    // Asked to close, it ends its own processes first: none of them writes into the profile any more.
    void this.#call("Browser.close");
    await gone;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
