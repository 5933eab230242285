import { errorOf } from "../errors.js";
import { lockOf } from "./lease.js";
import { PREFIX } from "./local.js";

const LOOK_MS = 50;
/** So many looks a page is waited for, 15 s: no longer does it begin anything under its lock. */
const PAGE_LOOKS = 300;
/** Within so many, 30 s, a worker has given its lock back, also where its server does not answer. */
const WORKER_LOOKS = 600;
const WORKER = lockOf("forms");

/**
 * Resolves when nobody else is between its last look at the journal and the start of a request: whoever sends, forms or another guest's
 * attributes, holds a lock, and looks anew when it has it again. None is asked for here: a page that is frozen meanwhile would keep it from
 * the others. Looks are counted, not the time: that page's goes on.
 */
export async function othersLooked(guest = "*"): Promise<void> {
  let waiting = (await held()).filter((name) => name !== lockOf(guest));
  for (let looks = 0; waiting.length > 0; looks++) {
    if (looks > WORKER_LOOKS) throw errorOf("worker.unavailable");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const still = await held();
    waiting = waiting.filter((name) => still.includes(name) && (name === WORKER || looks < PAGE_LOOKS));
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
