/** A setting of the environment that means nothing. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}
