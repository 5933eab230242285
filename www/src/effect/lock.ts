/** Holds a lock in another way, until what `held` gives has resolved. */
type Hold = (name: string, steal: boolean, asking: AbortSignal, held: () => Promise<void>) => Promise<void>;

/** The flush lock: by Web Locks; where they are missing or denied, in the way that is given, or none. */
export class FlushLock {
  readonly #granted: () => void;
  readonly #lost: () => void;
  readonly #hold: Hold;
  #giveBack = () => {};

  constructor(granted: () => void, lost: () => void, hold: Hold = (_name, _steal, _asking, held) => Promise.resolve().then(held)) {
    this.#granted = granted;
    this.#lost = lost;
    this.#hold = hold;
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
    const without = () => void this.#hold(name, steal, asking.signal, held);
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
