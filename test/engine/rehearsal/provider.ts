/** The dynamic provider's own process, spoken to as the CLI does. */

import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import * as proto from "@pulumi/pulumi/proto/provider_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { start, type Child } from "../child.js";
import { EngineError, type Environment } from "../engine.js";
import { LATE, scriptOf, type Project } from "../project.js";
import { toFailure } from "./failure.js";
import { ANY_SIZE } from "./host.js";
import type { Properties } from "./rows.js";

interface ProviderOptions {
  readonly project: Project;
  readonly env: Environment;
  readonly config: Readonly<Record<string, string>>;
  /** What the provider writes to its output. */
  readonly onLine: (line: string) => void;
  /** The address of the engine's own service. */
  readonly engine: string;
}

/** One provider process. All calls but `end` throw a `ProviderFailure`. */
export class Provider {
  readonly #child: Child;
  readonly #client: ResourceProviderClient;

  private constructor(child: Child, client: ResourceProviderClient) {
    this.#child = child;
    this.#client = client;
  }

  /** Starts the process and gives it the stack's config. */
  static async start({ project, env, config, onLine, engine }: ProviderOptions): Promise<Provider> {
    const script = scriptOf(project, "dynamic-provider");
    let sayPort: (port: string) => void;
    const port = new Promise<string>((resolve) => (sayPort = resolve));
    let first = true;
    const child = start(process.execPath, [...LATE, script, engine], {
      cwd: project.folder,
      env: { ...env, PULUMI_CONFIG: "{}", PULUMI_NODEJS_PROJECT: project.name, PULUMI_PROJECT: project.name },
      onLine: (line, stream) => {
        if (first && stream === "stdout") sayPort(line);
        else onLine(line);
        if (stream === "stdout") first = false;
      },
    });
    const died = child.ended.then(({ code }) => {
      throw new EngineError(`the dynamic provider's process ended with ${code} before it was ready`);
    });
    const address = `127.0.0.1:${await Promise.race([port, died])}`;
    died.catch(() => undefined);
    const provider = new Provider(
      child,
      new ResourceProviderClient(address, credentials.createInsecure(), ANY_SIZE),
    );
    const request = new proto.ConfigureRequest().setArgs(toStruct(config)).setAcceptsecrets(true);
    await call((done) => provider.#client.configure(request, done));
    return provider;
  }

  async check(
    urn: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: readonly { property: string; reason: string }[] }> {
    const request = new proto.CheckRequest().setUrn(urn).setOlds(toStruct(olds)).setNews(toStruct(news));
    const answer = await call<proto.CheckResponse>((done) => this.#client.check(request, done));
    const failures = answer
      .getFailuresList()
      .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
    return { inputs: fromStruct(answer.getInputs()), failures };
  }

  /** Undefined where the provider leaves it to the engine. */
  async diff(
    urn: string,
    old: { readonly id: string; readonly inputs: Properties; readonly outputs: Properties },
    news: Properties,
  ): Promise<{ changes: boolean | undefined; replaces: readonly string[] }> {
    const request = new proto.DiffRequest()
      .setUrn(urn)
      .setId(old.id)
      .setOlds(toStruct(old.outputs))
      .setNews(toStruct(news))
      .setOldInputs(toStruct(old.inputs));
    const answer = await call<proto.DiffResponse>((done) => this.#client.diff(request, done));
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    const said = answer.getChanges();
    const changes = said === DIFF_SOME ? true : said === DIFF_NONE ? false : undefined;
    return { changes, replaces: answer.getReplacesList() };
  }

  async create(urn: string, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const request = new proto.CreateRequest().setUrn(urn).setProperties(toStruct(inputs));
    const answer = await call<proto.CreateResponse>((done) => this.#client.create(request, done));
    return { id: answer.getId(), outputs: fromStruct(answer.getProperties()) };
  }

  async update(
    urn: string,
    old: { readonly id: string; readonly inputs: Properties; readonly outputs: Properties },
    news: Properties,
  ): Promise<Properties> {
    const request = new proto.UpdateRequest()
      .setUrn(urn)
      .setId(old.id)
      .setOlds(toStruct(old.outputs))
      .setNews(toStruct(news))
      .setOldInputs(toStruct(old.inputs));
    const answer = await call<proto.UpdateResponse>((done) => this.#client.update(request, done));
    return fromStruct(answer.getProperties());
  }

  /** An empty id means that it is gone; no inputs, that they are as before. */
  async read(
    urn: string,
    old: { readonly id: string; readonly inputs: Properties; readonly outputs: Properties },
  ): Promise<{ id: string; outputs: Properties; inputs: Properties | undefined }> {
    const request = new proto.ReadRequest()
      .setUrn(urn)
      .setId(old.id)
      .setProperties(toStruct(old.outputs))
      .setInputs(toStruct(old.inputs));
    const answer = await call<proto.ReadResponse>((done) => this.#client.read(request, done));
    const inputs = answer.hasInputs() ? fromStruct(answer.getInputs()) : undefined;
    return { id: answer.getId(), outputs: fromStruct(answer.getProperties()), inputs };
  }

  async delete(
    urn: string,
    old: { readonly id: string; readonly inputs: Properties; readonly outputs: Properties },
  ): Promise<void> {
    const request = new proto.DeleteRequest()
      .setUrn(urn)
      .setId(old.id)
      .setProperties(toStruct(old.outputs))
      .setOldInputs(toStruct(old.inputs));
    await call((done) => this.#client.delete(request, done));
  }

  /** Tells it that the run was cancelled; what it has begun it may finish. */
  async cancel(): Promise<void> {
    await call((done) => this.#client.cancel(new Empty(), done)).catch(() => undefined);
  }

  /** Ends the process, as the CLI does. */
  async end(): Promise<void> {
    this.#client.close();
    await this.#child.end("SIGINT", 5000);
  }
}

function call<Response>(
  method: (done: (error: ServiceError | null, answer: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method((error, answer) => {
      if (error) reject(toFailure(error));
      else resolve(answer);
    });
  });
}

export function toStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

export function fromStruct(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}
