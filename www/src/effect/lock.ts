/** Asks for a Web Lock. Returns what gives it back, or stops asking. */
export function lock(name: string, steal: boolean, granted: () => void, lost: () => void): () => void {
  const asking = new AbortController();
  let giveBack: (() => void) | undefined;
  let done = false;
  const held = (): Promise<void> => {
    if (done) return Promise.resolve();
    granted();
    return new Promise((resolve) => {
      giveBack = resolve;
      if (done) resolve();
    });
  };
  // A stolen lock cannot be asked for with a signal.
  const options: LockOptions = steal ? { steal } : { signal: asking.signal };
  navigator.locks.request(name, options, held).catch(() => {
    if (!done) lost();
  });
  return () => {
    done = true;
    if (giveBack) giveBack();
    else if (!steal) asking.abort();
  };
}

/** Whether the browser has Web Locks here. */
export function hasLocks(): boolean {
  return typeof navigator === "object" && "locks" in navigator && typeof window === "object";
}
