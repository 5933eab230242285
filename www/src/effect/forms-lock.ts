import { errorOf } from "../errors.js";

/** Within this a worker has given its lock back, also where its server does not answer. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/**
 * Resolves when no worker is between its last look at the journal and the start of a request with a form: whoever sends forms holds the
 * lock, and looks anew when it has it again. It is not asked for here: a page that is frozen meanwhile would keep it from the worker.
 */
export async function formsLooked(): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (await isHeld()) {
    if (performance.now() > until) throw errorOf("worker.unavailable");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function isHeld(): Promise<boolean | undefined> {
  try {
    return (await navigator.locks.query()).held?.some(({ name }) => name === "guestsync/forms");
  } catch {
    // No locks: a browser without, or none for this frame.
    return false;
  }
}
