import { randomId } from "./session.js";

/** As long as the core holds a lock at most: who is past it has gone, or was frozen. */
const SPAN_MS = 15_000;
/** So long a write may take to be seen by another tab. */
const SETTLE_MS = 30;
const LOOK_MS = 50;

/**
 * The lock where there are no Web Locks: in localStorage stands who holds it, and until when. Nothing orders the writes of two tabs, so
 * in a rare moment both may hold it; then the versions protect the order, as they do wherever a page sends without the lock.
 */
export async function holdByStorage(name: string, steal: boolean, asking: AbortSignal, held: () => Promise<void>): Promise<void> {
  const row = `${name}/holder`;
  const me = randomId();
  const take = () => localStorage.setItem(row, `${me} ${Date.now() + SPAN_MS}`);
  try {
    for (let taken = false; !(taken && holder(row) === me); ) {
      if (asking.aborted) return;
      taken = steal || holder(row) === undefined;
      steal = false;
      if (taken) take();
      await new Promise((resolve) => setTimeout(resolve, taken ? SETTLE_MS : LOOK_MS));
    }
    // The span begins here: a tab may have been suspended while it waited.
    take();
  } catch {
    // Full or blocked: nobody can be seen, and nobody sees this tab.
  }
  await held();
  try {
    if (holder(row) === me) localStorage.removeItem(row);
  } catch {
    // Nothing was written.
  }
}

/** Who holds it, as far as is written. With a clock that was set back nobody holds it for longer than its span. */
function holder(row: string): string | undefined {
  const [who, until] = (localStorage.getItem(row) ?? "").split(" ");
  const left = Number(until) - Date.now();
  return left > 0 && left <= SPAN_MS ? who : undefined;
}
