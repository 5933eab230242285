import type { Asked, Flag, Told } from "#worker-glue";
import { pack } from "../../www/src/flat.js";
import { Instance, type Place } from "../../www/src/instance.js";

interface Functions {
  tell(pointer: number, length: number, wall: number, mono: number, secret: number): Place;
}

/** Yes, or no, to the core. */
export const flag = (value: unknown): Flag => (value ? "" : null);

/** A conversation with one instance of the worker's wasm. */
export class Core {
  /** What the machine allows: known when it is open. */
  limits = { patienceMs: 0, maxBytes: 0, maxFields: 0, wanted: [] as string[] };
  #instance: Instance<Functions> | undefined;
  readonly #host: Asked;
  readonly #trapped: (error: unknown) => void;
  readonly #messages: [name: keyof Asked, ...given: never[]][] = [];

  /** `trapped`: a call did not come to its end; whatever is told from then on goes to nobody. */
  constructor(module: WebAssembly.Module, hostOf: (core: Core) => Asked, trapped: (error: unknown) => void) {
    this.#instance = new Instance(module);
    this.#host = hostOf(this);
    this.#trapped = trapped;
  }

  /** Tells the machine something, and performs what it asks for. */
  tell(...told: Told): void {
    this.secretly(undefined, ...told);
  }

  /** The same with bytes that are wiped on both sides. */
  secretly(secret: Uint8Array<ArrayBuffer> | undefined, ...told: Told): void {
    const instance = this.#instance;
    if (!instance) return;
    const messages = this.#messages;
    try {
      const message = instance.pass(pack(told), secret);
      const text = instance.take(instance.exports.tell(...message, Date.now(), performance.now(), secret?.length ?? 0));
      if (text) messages.push(...(JSON.parse(text) as typeof messages));
    } catch (error) {
      this.#instance = undefined;
      messages.length = 0;
      return this.#trapped(error);
    }
    // What is performed may tell something at once: then the rest is performed there, in its order.
    for (let message = messages.shift(); message; message = messages.shift()) {
      const [name, ...parts] = message;
      (this.#host[name] as (...parts: never[]) => void)(...parts);
    }
  }
}
