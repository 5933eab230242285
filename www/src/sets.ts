import * as tells from "./codes/tells.js";
import type { Screen, Update } from "./screen.js";
import type { Tell } from "./tell.js";

/** More are told at once: what they come to is kept until they are. */
const MOST = 10_000;

/** What is to be told by whom: of all instances in the page, in the order of the calls. */
const burst: [sets: Sets, updates: Update[]][] = [];
/** How many texts that is. */
let texts = 0;

/** Calls of `set`, looked through and told when the running task has ended or something else is told: crossing to a wasm costs more than what it does there. */
export class Sets {
  readonly #tell: Tell;
  readonly #screen: Screen;

  constructor(tell: Tell, screen: Screen) {
    this.#tell = tell;
    this.#screen = screen;
  }

  add(update: Update): void {
    if (burst.length === 0) queueMicrotask(endBurst);
    let last = burst[burst.length - 1];
    if (last?.[0] !== this) burst.push((last = [this, []]));
    last[1].push(update);
    texts += update.attributes.length + 2;
    if (texts > MOST) endBurst();
  }

  tell(updates: Update[]): void {
    this.#screen.look(updates);
    this.#tell(tells.sets, updates.flatMap(({ call, attributes }) => [call, attributes.length, ...attributes]) as string[]);
  }
}

export function endBurst(): void {
  texts = 0;
  for (let next = burst.shift(); next; next = burst.shift()) next[0].tell(next[1]);
}
