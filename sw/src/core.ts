import type { Flag } from "#worker-glue";
import { pack } from "../../www/src/flat.js";
import { Errands } from "../../www/src/errands.js";
import { Instance, type Place } from "../../www/src/instance.js";
import type { Asked, Told } from "./codes.js";

interface Functions {
  tell(pointer: number, length: number, secret: number, secretLength: number, wall: number, mono: number): Place;
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
  readonly #errands = new Errands();

  /** `trapped`: a call did not come to its end; whatever is told from then on goes to nobody. */
  constructor(module: WebAssembly.Module, hostOf: (core: Core) => Asked, trapped: (error: unknown) => void) {
    this.#instance = new Instance(new WebAssembly.Instance(module));
    this.#host = hostOf(this);
    this.#trapped = trapped;
  }

  /** Tells the machine something, and performs what it asks for. */
  tell(...told: Told): void {
    this.secretly(new Uint8Array(), ...told);
  }

  /** The same with bytes that are wiped on both sides. */
  secretly(secret: Uint8Array, ...told: Told): void {
    const instance = this.#instance;
    if (!instance) return;
    try {
      const message = [...instance.pass(pack(told)), ...instance.give(secret)] as const;
      this.#errands.take(instance.take(instance.exports.tell(...message, Date.now(), performance.now())));
    } catch (error) {
      this.#instance = undefined;
      this.#errands.drop();
      return this.#trapped(error);
    }
    this.#errands.perform(this.#host);
  }
}
