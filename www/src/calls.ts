import { detailsOf } from "./details.js";
import { errorOf, invalid } from "./errors.js";
import type { Tell } from "./tell.js";

interface Settler {
  resolve(value: never): void;
  reject(error: unknown): void;
  more: object | undefined;
}

/** The page's calls. One made before the core is there waits in memory; each is settled by what the core tells of it. */
export class Calls {
  readonly #settlers = new Map<number, Settler>();
  #waiting: (() => void)[] = [];
  #made = 0;
  #failure: unknown;
  #tell: Tell | undefined;

  /** `begin` tells the core of the call by its number; `more` is what the face adds to the result. */
  make<T>(begin: (tell: Tell, call: number) => void, more?: Partial<T>): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      const call = ++this.#made;
      this.#settlers.set(call, { resolve: resolve as Settler["resolve"], reject, more });
      const act = () => begin(this.#tell as Tell, call);
      if (this.#tell) act();
      else this.#waiting.push(act);
    });
    // The promise may be ignored: an unobserved refusal is no unhandled rejection.
    result.catch(() => {});
    return result;
  }

  /** The core is there. */
  start(tell: Tell): void {
    this.#tell = tell;
    for (let act = this.#waiting.shift(); act; act = this.#waiting.shift()) act();
  }

  /** The core is gone, so what it was told is not settled by it. What comes now waits for the next one, */
  fail(error: unknown): void {
    this.#tell = undefined;
    this.#waiting = [];
    for (const { reject } of this.#settlers.values()) reject(error);
    this.#settlers.clear();
  }

  /** or is refused too. */
  end(error: unknown): void {
    this.fail((this.#failure = error));
  }

  settle(call: number, kind: string, ...told: unknown[]): void {
    const settler = this.#settlers.get(call);
    this.#settlers.delete(call);
    const details = detailsOf(kind, told);
    if (details || kind === "done") settler?.resolve((settler.more ? { ...details, ...settler.more } : details) as never);
    else settler?.reject(kind === "invalid" ? invalid(told) : errorOf(kind));
  }
}
