/** So many happenings are kept; older ones make room. */
const MOST = 1000;

/** What happened in this page, as numbered JSON Lines: keys, kinds and outcomes, never values, nor the server's words. */
export class Audit {
  /** A ring: the line of number n is at n modulo its length. Written down at once: what the page was told is the page's to change. */
  readonly #lines: string[] = [];
  #number = 0;

  note(event: string, details?: object): void {
    const at = new Date(Date.now() || 0).toISOString();
    this.#lines[this.#number++ % MOST] = JSON.stringify({ number: this.#number, at, event, ...details, message: undefined });
  }

  toString(): string {
    const oldest = this.#number % MOST;
    // Until the ring is full, nothing is behind the newest.
    return [...this.#lines.slice(oldest), ...this.#lines.slice(0, oldest), ""].join("\n");
  }
}
