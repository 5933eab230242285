import type { Part } from "./flat.js";
import type { Tell } from "./tell.js";

/** More are told at once: what they come to is kept until they are. */
const MOST = 10_000;

/** What is to be told to whom: of all instances in the page, in the order of the calls. */
const burst: [tell: Tell, parts: Part[]][] = [];

/** Calls of `set`, told when the running task has ended or something else is told: crossing to the wasm costs more than what it does there. */
export class Sets {
  readonly #tell: Tell;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** `attributes` as {@link flat} writes them down. */
  add(call: number, attributes: string[]): void {
    if (burst.length === 0) queueMicrotask(endBurst);
    let last = burst[burst.length - 1];
    if (last?.[0] !== this.#tell) burst.push((last = [this.#tell, []]));
    const parts = last[1];
    parts.push(call, attributes.length);
    for (const part of attributes) parts.push(part);
    if (parts.length > MOST) endBurst();
  }
}

export function endBurst(): void {
  for (let next = burst.shift(); next; next = burst.shift()) next[0]("sets", next[1] as string[]);
}
