import type { Asked, Told } from "./codes/messages.js";
import { Errands } from "./errands.js";
import { type Part, pack } from "./flat.js";
import type { Core } from "./wasm.js";

/** Performs what the core asks for. */
export interface Host extends Asked {
  /** The core is gone: nothing under way may go on. */
  stop(): void;
}

/** Tells the core something. */
export type Tell = (...told: Told) => void;

/** So far ahead of the clock none is told: it was set back. */
const SET_BACK_MS = 1_000;

/** Which outbox was told last, and when; what another was told before is earlier than this. */
let told = -1;
let wall = 0;
let since = 0;

/** By the wall clock, but later than what another outbox of this page was told before: the clocks of both are compared. */
function now(page: number): number {
  const clock = Date.now() || wall;
  if (page !== told) since = wall + 1;
  told = page;
  // A clock that was set back is no reason to wait for it.
  if (since > clock + SET_BACK_MS) since = clock;
  return (wall = Math.max(clock, since));
}

/** Opens an outbox; the host performs what it asks for. `trapped`: a call did not come to its end; from then on nothing is told, and nothing goes on. */
export function converse(core: Core, options: Part[], hostOf: (tell: Tell) => Host, trapped: () => void): Tell {
  const page = core.open(pack(options), Date.now() || wall, performance.now());
  const errands = new Errands();
  let ended = false;
  const tell: Tell = (...parts) => {
    if (ended) return;
    try {
      // Another outbox of the same memory may have trapped.
      if (core.trapped) throw 0;
      errands.take(core.tell(page, pack(parts.flat()), now(page), performance.now()));
    } catch {
      ended = core.trapped = true;
      errands.drop();
      host.stop();
      return trapped();
    }
    errands.perform(host);
  };
  const host = hostOf(tell);
  return tell;
}
