import { errorOf } from "../errors.js";
import { lockOf } from "./lease.js";
import { PREFIX } from "./local.js";

const LOOK_MS = 50;
/** So long a page is waited for: for no longer does it begin anything under its lock. */
const PAGE_MS = 15_000;
/** Within this a worker has given its lock back, also where its server does not answer. */
const WORKER_MS = 30_000;
/** Between two looks of a page that was frozen, no more than this has passed. */
const MOST_MS = 10_000;
const WORKER = lockOf("forms");

/**
 * Resolves when nobody else is between its last look at the journal and the start of a request: whoever sends, forms or another guest's
 * attributes, holds a lock, and looks anew when it has it again. None is asked for here: a page that is frozen meanwhile would keep it from
 * the others.
 */
export async function othersLooked(guest = "*"): Promise<void> {
  let waiting = (await held()).filter((name) => name !== lockOf(guest));
  for (let waited = 0; waiting.length > 0; ) {
    if (waited > WORKER_MS) throw errorOf("worker.unavailable");
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const still = await held();
    waited += Math.min(performance.now() - from, MOST_MS);
    waiting = waiting.filter((name) => still.includes(name) && (name === WORKER || waited < PAGE_MS));
  }
}

/** The names of our locks that are held; none in a browser without Web Locks, or in a frame that is denied them. */
async function held(): Promise<string[]> {
  try {
    return (await navigator.locks.query()).held?.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name] : [])) ?? [];
  } catch {
    return [];
  }
}
