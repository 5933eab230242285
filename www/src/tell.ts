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

/** Which outbox was told last, and when; what another was told before is earlier than this. */
let told = -1;
let wall = 0;
let since = 0;

/** By the wall clock, but later than what another outbox of this page was told before: the clocks of both are compared. */
function now(page: number): number {
  if (page !== told) since = wall + 1;
  told = page;
  return (wall = Math.max(Date.now(), since));
}

/** Opens an outbox; the host performs what it asks for. `trapped`: a call did not come to its end; from then on nothing is told, and nothing goes on. */
export function converse(core: Core, options: Part[], hostOf: (tell: Tell) => Host, trapped: () => void): Tell {
  const page = core.open(pack(options), Date.now(), performance.now());
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
