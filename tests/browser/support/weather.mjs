/** What a server goes through: the collector's faults, which change in phases. */

const phases = /** @type {const} */ (["calm", "unavailable", "broken", "limited", "lost", "slow", "slow"]);

export class Weather {
  /** When requests came inside a Retry-After window, and when this one had been told. @type {{ at: number, told: number }[]} */
  early = [];
  /** How often each kind of trouble hit a request. @type {Record<string, number>} */
  hits = {};
  /** @type {typeof phases[number]} */
  #phase = "calm";
  #closedUntil = 0;
  #told = 0;

  /** @param {import("../../bench/support/collector.mjs").Collector} collector @param {ReturnType<typeof import("./random.mjs").seeded>} random */
  constructor(collector, random) {
    this.random = random;
    collector.fault = () => this.#fault();
  }

  change() {
    this.#phase = phases[this.random.below(phases.length)] ?? "calm";
  }

  clear() {
    this.#phase = "calm";
  }

  /** @returns {Promise<import("../../bench/support/collector.mjs").Fault>} */
  async #fault() {
    const now = Date.now();
    // What was said holds, whatever the weather is now.
    if (now < this.#closedUntil - 20) {
      this.early.push({ at: now, told: this.#told });
      return this.#limited();
    }
    this.hits[this.#phase] = (this.hits[this.#phase] ?? 0) + 1;
    switch (this.#phase) {
      case "unavailable":
        return { status: 503 };
      case "broken":
        return { status: 500 };
      case "lost":
        return this.random.chance(0.5) ? "lost" : undefined;
      case "limited":
        // Whole seconds, so that a date says the same.
        this.#closedUntil = Math.ceil((now + 500 + this.random.below(1000)) / 1000) * 1000;
        this.#phase = "calm";
        this.#told = now;
        return this.#limited();
      case "slow":
        return void (await new Promise((resolve) => setTimeout(resolve, 50 + this.random.below(250))));
      default:
        return undefined;
    }
  }

  #limited() {
    const date = this.random.chance(0.5);
    const seconds = Math.ceil((this.#closedUntil - Date.now()) / 1000);
    return { status: 429, headers: { "retry-after": date ? new Date(this.#closedUntil).toUTCString() : String(seconds) } };
  }
}
