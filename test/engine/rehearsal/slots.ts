/** Lets a limited number of tasks run at once; the others wait in order. */

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  readonly #idle: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Runs the task once there is a slot for it. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
      if (this.#running === 0) for (const done of this.#idle.splice(0)) done();
    }
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((done) => this.#idle.push(done));
  }
}
