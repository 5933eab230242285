import type { Part } from "./flat.js";
import type { Tell } from "./tell.js";

/** More are told at once: what they come to is kept until they are. */
const MOST = 10_000;

/** Calls of `set`, told when the running task has ended or something else is told: crossing to the wasm costs more than what it does there. */
export class Sets {
  readonly #tell: Tell;
  #parts: Part[] = [];

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** `attributes` as {@link flat} writes them down. */
  add(call: number, attributes: string[]): void {
    if (this.#parts.length === 0) queueMicrotask(() => this.end());
    this.#parts.push(call, attributes.length);
    for (const part of attributes) this.#parts.push(part);
    if (this.#parts.length > MOST) this.end();
  }

  end(): void {
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length > 0) this.#tell("sets", parts as string[]);
  }
}
