/** What Pulumi's dynamic provider process calls; the shapes of `@pulumi/pulumi/dynamic`, without loading Pulumi. */

/** Properties as they arrive, with `__provider` among them. */
export type Properties = Readonly<Record<string, unknown>>;

export interface CheckResult<Inputs> {
  readonly inputs: Inputs;
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
}

export interface DynamicProvider<Inputs, Outputs> {
  configure(request: { readonly config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Properties, news: Properties): Promise<CheckResult<Inputs>>;
  diff(id: string, olds: Properties, news: Properties): Promise<{ readonly changes: boolean }>;
  create(inputs: Properties): Promise<{ readonly id: string; readonly outs: Outputs }>;
  read(
    id: string,
    props: Properties,
  ): Promise<{ readonly id?: string; readonly props?: Outputs; readonly inputs?: Inputs }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ readonly outs: Outputs }>;
  delete(id: string, props: Properties): Promise<void>;
}

/** Thrown by create or update where the resource exists but not all was done: Pulumi keeps it and shows the reasons. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly properties: object;

  /** The SDK adds `__provider` to what create and update return, but not here, and the state needs it. */
  constructor(
    readonly id: string,
    outs: object,
    { __provider }: Properties,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
    this.properties = { ...outs, __provider };
  }
}

/** A text property; the empty string where it is missing or something else. */
export function text(properties: Properties, key: string): string {
  const value = properties[key];
  return typeof value === "string" ? value : "";
}

/** A stack belongs to one account: with another one every row would speak of registrations that are not there. */
export function refuseOtherAccount(
  olds: Properties,
  news: Properties,
): { property: string; reason: string }[] {
  const [old, now] = [text(olds, "account"), text(news, "account")];
  if (old === "" || old === now) return [];
  const reason = `this stack belongs to account ${old} and cannot change to ${now}: use a stack of its own for each account (pulumi stack init)`;
  return [{ property: "account", reason }];
}
