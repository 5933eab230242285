/** So many happenings are kept; older ones make room. */
const MOST = 1000;

interface Happening {
  at: number;
  event: string;
  details: object;
}

/** What happened in this page, as numbered JSON Lines: keys, kinds and outcomes, never values, nor the server's words. */
export class Audit {
  /** A ring: the happening of number n is at n modulo its length. Written down as text only when somebody asks. */
  readonly #happened: Happening[] = [];
  #number = 0;

  note(event: string, details: object = {}): void {
    this.#happened[this.#number++ % MOST] = { at: Date.now(), event, details };
  }

  toString(): string {
    let lines = "";
    for (let number = Math.max(0, this.#number - MOST); number < this.#number; number++) {
      const { at, event, details } = this.#happened[number % MOST] as Happening;
      const line = { number: number + 1, at: new Date(at).toISOString(), event, ...details, message: undefined };
      lines += `${JSON.stringify(line)}\n`;
    }
    return lines;
  }
}
