/** What the account knows of the user behind a registration. Personal data: shown only where it was asked for. */

/** A sign-in that failed, as far as the account tells. */
export interface FailedLogin {
  /** RFC 3339. */
  readonly at: string;
  /** What the account says about it, each value as text. */
  readonly detail?: string;
}

/** Times are RFC 3339. What the account does not tell is left out. */
export interface Evidence {
  readonly lastSuccessfulLogin?: string;
  readonly identity?: {
    readonly ip?: string;
    readonly country?: string;
    readonly groups?: readonly string[];
    /** Posture checks by name, with whether they passed. */
    readonly posture?: readonly { readonly name: string; readonly passed: boolean }[];
  };
  readonly activeSessions?: number;
  /** Newest first. */
  readonly failedLogins?: readonly FailedLogin[];
  readonly seats?: { readonly access: boolean; readonly gateway: boolean };
  readonly activeDevices?: number;
  /** What could not be asked, and why: a permission that the token lacks, or the cap on calls. */
  readonly missing: readonly string[];
}
