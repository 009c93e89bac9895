/**
 * A connection to the engine of this run. The program and the provider get its address from Pulumi; a shell stands
 * between the engine and the provider, so that the parent's process says nothing.
 */

import { connect, constants, type ClientHttp2Session } from "node:http2";

/** `GetRootResource` of Pulumi's engine service: cheap, and any answer at all shows that the engine lives. */
const PATH = "/pulumirpc.Engine/GetRootResource";
/** An empty message as gRPC frames it. */
const EMPTY = Buffer.alloc(5);
/** So long, in ms, a living engine may take to answer; one that was suspended takes its time. */
const PATIENCE = 30_000;

/** Holds one connection open, which keeps no process alive. */
export class EngineLink {
  #session: ClientHttp2Session | undefined;

  /**
   * @param address host and port
   * @param gone called once, as soon as the engine has ended
   */
  constructor(
    readonly address: string,
    private readonly gone: () => void,
  ) {
    this.#open();
  }

  /** Asks the engine for a sign of life; false where there is none. */
  async answers(): Promise<boolean> {
    for (let session = this.#session; session !== undefined;) {
      if (await ask(session)) return true;
      // A connection that was closed in good order (GOAWAY) has been opened anew meanwhile, or the engine is gone.
      session = this.#session === session ? undefined : this.#session;
    }
    return false;
  }

  #open(): void {
    const session = connect(`http://${this.address}`);
    let wasOpen = false;
    session.once("connect", () => {
      wasOpen = true;
      session.unref();
    });
    session.on("error", () => undefined);
    session.once("close", () => {
      if (wasOpen) {
        this.#open();
        return;
      }
      this.#session = undefined;
      this.gone();
    });
    session.unref();
    this.#session = session;
  }
}

function ask(session: ClientHttp2Session): Promise<boolean> {
  return new Promise<boolean>((answer) => {
    const timer = setTimeout(() => answer(false), PATIENCE);
    const end = (alive: boolean) => {
      clearTimeout(timer);
      answer(alive);
    };
    const request = session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: PATH,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
      [constants.HTTP2_HEADER_TE]: "trailers",
    });
    request.on("response", () => end(true));
    request.on("error", () => end(false));
    request.on("close", () => end(false));
    request.resume();
    request.end(EMPTY);
  }).catch(() => false);
}

/** Whether a text is an address that an engine can have. */
export function isEngineAddress(text: string | undefined): text is string {
  return text !== undefined && /^[^\s/]+:\d+$/u.test(text);
}
