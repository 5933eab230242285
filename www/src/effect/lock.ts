import { holdByStorage } from "./holder.js";

/** The flush lock: by Web Locks; by localStorage where they are missing or denied, if anything may be written there. */
export class FlushLock {
  readonly #shared: boolean;
  readonly #granted: () => void;
  readonly #lost: () => void;
  #giveBack = () => {};

  constructor(shared: boolean, granted: () => void, lost: () => void) {
    this.#shared = shared;
    this.#granted = granted;
    this.#lost = lost;
  }

  /** Asks for it, or takes it; replaces what was asked before. */
  ask(name: string, steal: boolean): void {
    this.give();
    let done = false;
    let granted = false;
    const asking = new AbortController();
    let resolve = () => asking.abort();
    this.#giveBack = () => {
      done = true;
      resolve();
    };
    const held = (): Promise<void> =>
      new Promise((released) => {
        if (done) return released();
        resolve = released;
        granted = true;
        this.#granted();
      });
    const without = () => void (this.#shared ? holdByStorage(name, steal, asking.signal, held) : Promise.resolve().then(held));
    if (typeof navigator !== "object" || !navigator.locks) return without();
    // A lock cannot be stolen with a signal.
    navigator.locks.request(name, steal ? { steal } : { signal: asking.signal }, held).catch((error: unknown) => {
      // Stolen, or never to be had: in a sandboxed frame, or with cookies blocked.
      if (granted || (error as DOMException).name === "AbortError") {
        if (!done) this.#lost();
      } else without();
    });
  }

  /** Gives it back, or stops asking. */
  give(): void {
    this.#giveBack();
    this.#giveBack = () => {};
  }
}
