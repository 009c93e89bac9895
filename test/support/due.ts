/** Inputs of a `Reconciliation` by hand. */

interface Lines {
  readonly acts: Readonly<Record<string, string>>;
  readonly users?: Readonly<Record<string, string>>;
  readonly relies?: Readonly<Record<string, string>>;
  readonly together?: Readonly<Record<string, string>>;
}

const FIELDS: Readonly<Record<string, string>> = { "delete-user": "deleteUser" };

/** With `due`, as the program gives it with the same acts: the first word of a line says what is done. */
export function withDue<T extends Lines>(inputs: T): T & { readonly due: object } {
  const due: Record<string, Record<string, string>> = {};
  for (const [id, line] of Object.entries({ ...inputs.acts, ...inputs.users })) {
    const [act = "", who = ""] = line.replace(/,.*/u, "").split(" ");
    (due[FIELDS[act] ?? act] ??= {})[id] = who;
  }
  return { ...inputs, due };
}
