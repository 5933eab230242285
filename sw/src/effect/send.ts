import type { Answer } from "#worker-glue";
import { type Core, flag } from "../core.js";
import { heard } from "../../../www/src/effect/http.js";
import { asksFor } from "../../../www/src/effect/retry-after.js";
import * as Tell from "../tell.js";

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
      return this.#core.tell(Tell.sendFailed, send, flag(true));
    }
    const controller = new AbortController();
    this.#controllers.set(send, controller);
    const told = await this.#answer(`${this.#endpoint}/api/v2/guests/${encodeURIComponent(guest)}`, {
      method: "PATCH",
      credentials: "omit",
      // A credential must not travel on, and an API does not move: the machine is told.
      redirect: "manual",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json-patch+json",
        accept: "application/json",
        "idempotency-key": idempotencyKey,
        "guestsync-seq": sequence,
      },
      body,
      signal: controller.signal,
    }).catch(() => undefined);
    // To one that was aborted, the machine expects no answer.
    if (!this.#controllers.delete(send)) return;
    if (told) this.#core.tell(Tell.answered, send, ...told);
    else this.#core.tell(Tell.sendFailed, send, null);
  }

  async #answer(url: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(url, init);
    const { ok, headers } = response;
    const newer = headers.get("guestsync-seq");
    if (ok) {
      // The body of a success is of no interest; it is taken off the connection all the same, when the answer is on its way.
      setTimeout(() => response.arrayBuffer().catch(() => {}));
      // The time there is asked for only where something newer was in the way.
      return newer === null ? [response.status] : [response.status, null, null, asksFor(response).now, newer];
    }
    const { status, answer, now } = await heard(response);
    return [status, answer[1] as string | null, answer[4] as number | null, now, newer];
  }

  abort(send: number): void {
    this.#controllers.get(send)?.abort();
    this.#controllers.delete(send);
  }

  abortAll(): void {
    for (const send of [...this.#controllers.keys()]) this.abort(send);
  }
}
