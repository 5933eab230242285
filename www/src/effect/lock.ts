/** The flush lock, by Web Locks; where they are missing or denied, the versions alone protect the order. */
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
    if (typeof navigator !== "object" || !navigator.locks) return void Promise.resolve().then(held);
    // A lock cannot be stolen with a signal.
    navigator.locks.request(name, steal ? { steal } : { signal: asking.signal }, held).catch((error: unknown) => {
      // Stolen, or never to be had: in a sandboxed frame, or with cookies blocked.
      if (granted || (error as DOMException).name === "AbortError") {
        if (!done) this.#lost();
      } else void held();
    });
  }

  /** Gives it back, or stops asking. */
  give(): void {
    this.#giveBack();
    this.#giveBack = () => {};
  }
}
