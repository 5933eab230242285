/** So many lines are kept; older ones make room. */
const MOST = 1000;

/** What happened in this page, as numbered JSON Lines: keys, kinds and outcomes, never values, nor the server's words. */
export class Audit {
  readonly #lines: string[] = [];
  #number = 0;

  note(event: string, { message: _, ...details }: { message?: unknown } = {}): void {
    this.#lines.push(JSON.stringify({ number: ++this.#number, at: new Date().toISOString(), event, ...details }));
    if (this.#lines.length > MOST) this.#lines.shift();
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}
