import type { Asked, Messages, Told } from "#page-glue";
import { type Part, pack } from "./flat.js";
import type { Core } from "./wasm.js";

/** Tells the core something. */
export type Tell = (...told: Told) => void;

/** Opens an outbox; the host performs what it asks for. `trapped`: a call did not come to its end; from then on nothing is told. */
export function converse(core: Core, options: Part[], hostOf: (tell: Tell) => Asked, trapped?: (error: unknown) => void): Tell {
  const page = core.open(pack(options), Date.now(), performance.now());
  const messages: Messages = [];
  let ended = false;
  const tell: Tell = (...told) => {
    if (ended) return;
    try {
      const text = core.tell(page, pack(told.flat()), Date.now(), performance.now());
      if (text) messages.push(...(JSON.parse(text) as Messages));
    } catch (error) {
      ended = true;
      messages.length = 0;
      if (!trapped) throw error;
      return trapped(error);
    }
    // What is performed may tell something at once: then the rest is performed there, in its order.
    for (let message = messages.shift(); message; message = messages.shift()) {
      const [name, ...parts] = message;
      (host[name] as (...parts: never[]) => void)(...parts);
    }
  };
  const host = hostOf(tell);
  return tell;
}
