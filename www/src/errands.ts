/** What a method of a host gives, where the engine is to act on it before what was asked for after it. */
export const LATER = "later";
/** So long it is left to that, in milliseconds. */
const PAUSE_MS = 10;

/** What a core asks for: names of a host's methods, each with what it is given; performed in their order. */
export class Errands {
  readonly #waiting: [name: string, ...given: never[]][] = [];

  /** Takes what a call returned, JSON text; an empty one asks for nothing. */
  take(text: string): void {
    if (text) this.#waiting.push(...JSON.parse(text));
  }

  /** What is performed may tell the core something at once: then the rest is performed there, in its order. */
  perform(host: object, pauses = true): void {
    for (let errand = this.#waiting.shift(); errand; errand = this.#waiting.shift()) {
      const [name, ...given] = errand;
      const gave = (host as Record<string, (...given: never[]) => unknown>)[name]!(...given);
      if (gave === LATER && pauses) return void setTimeout(() => this.perform(host, false), PAUSE_MS);
    }
  }

  drop(): void {
    this.#waiting.length = 0;
  }
}
