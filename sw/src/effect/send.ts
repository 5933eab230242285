import { type Core, flag } from "../core.js";
import { ask, header } from "./http.js";

/** The patches on their way (P1). */
export class Sends {
  readonly #endpoint: string;
  readonly #core: Core;
  readonly #controllers = new Map<number, AbortController>();

  constructor(endpoint: string, core: Core) {
    this.#endpoint = endpoint;
    this.#core = core;
  }

  async send(send: number, guest: string, body: string, idempotencyKey: string, sequence: string, token: string): Promise<void> {
    if (!navigator.onLine) {
      // Told in a later task, as all else.
      await Promise.resolve();
      return this.#core.tell("sendFailed", send, flag(true));
    }
    const controller = new AbortController();
    this.#controllers.set(send, controller);
    const init: RequestInit = {
      method: "PATCH",
      credentials: "omit",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json-patch+json",
        accept: "application/json",
        "idempotency-key": idempotencyKey,
        "guestsync-seq": sequence,
      },
      body,
      signal: controller.signal,
    };
    const answer = await ask(`${this.#endpoint}/api/v2/guests/${encodeURIComponent(guest)}`, init, { unread: true });
    // To one that was aborted, the machine expects no answer.
    if (!this.#controllers.delete(send)) return;
    const { status, code } = answer;
    if (!status) return this.#core.tell("sendFailed", send, null);
    const of = (name: string) => header(answer, name);
    this.#core.tell("answered", send, status, code, of("retry-after"), of("date"), of("guestsync-seq"));
  }

  abort(send: number): void {
    this.#controllers.get(send)?.abort();
    this.#controllers.delete(send);
  }

  abortAll(): void {
    for (const send of [...this.#controllers.keys()]) this.abort(send);
  }
}
