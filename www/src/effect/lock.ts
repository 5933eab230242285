/** The flush lock, by Web Locks; without them the versions alone protect the order. */
export class FlushLock {
  readonly #granted: () => void;
  readonly #lost: () => void;
  #giveBack = () => {};

  constructor(granted: () => void, lost: () => void) {
    this.#granted = granted;
    this.#lost = lost;
  }

  /** Asks for it, or takes it; replaces what was asked before. */
  ask(name: string, steal: boolean): void {
    this.give();
    let done = false;
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
        this.#granted();
      });
    if (typeof navigator !== "object" || !navigator.locks) return void Promise.resolve().then(held);
    // A lock cannot be stolen with a signal.
    navigator.locks.request(name, steal ? { steal } : { signal: asking.signal }, held).catch(() => {
      if (!done) this.#lost();
    });
  }

  /** Gives it back, or stops asking. */
  give(): void {
    this.#giveBack();
    this.#giveBack = () => {};
  }
}
