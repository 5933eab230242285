import type { Asked, Messages, Told } from "#page-glue";
import { type Part, pack } from "./flat.js";
import type { Core } from "./wasm.js";

/** Tells the core something. */
export type Tell = (...told: Told) => void;

/** Which outbox was told last, and when. */
let told = -1;
let wall = 0;

/** By the wall clock, but later than what another outbox of this page was told before: the clocks of both are compared. */
function now(page: number): number {
  wall = Math.max(Date.now(), page === told ? 0 : wall + 1);
  told = page;
  return wall;
}

/** Opens an outbox; the host performs what it asks for. `trapped`: a call did not come to its end; from then on nothing is told. */
export function converse(core: Core, options: Part[], hostOf: (tell: Tell) => Asked, trapped?: (error: unknown) => void): Tell {
  const page = core.open(pack(options), Date.now(), performance.now());
  const messages: Messages = [];
  let ended = false;
  const tell: Tell = (...parts) => {
    if (ended) return;
    try {
      const text = core.tell(page, pack(parts.flat()), now(page), performance.now());
      if (text) messages.push(...(JSON.parse(text) as Messages));
    } catch (error) {
      ended = true;
      messages.length = 0;
      if (!trapped) throw error;
      return trapped(error);
    }
    // What is performed may tell something at once: then the rest is performed there, in its order.
    for (let message = messages.shift(); message; message = messages.shift()) {
      const [name, ...given] = message;
      (host[name] as (...given: never[]) => void)(...given);
    }
  };
  const host = hostOf(tell);
  return tell;
}
