import type { Asked } from "#page-glue";
import * as tells from "../codes/tells.js";
import type { Tell } from "../tell.js";
import { ask } from "./http.js";

/** Requests that carry a guest's attributes, and those of them that are under way. */
export class Requests {
  readonly #endpoint: string;
  readonly #tell: Tell;
  readonly #under = new Map<number, AbortController>();

  constructor(endpoint: string, tell: Tell) {
    this.#endpoint = endpoint;
    this.#tell = tell;
  }

  /** To the guest's attributes. */
  async send(...[send, timeoutMs, keepalive, guest, token, body, key, version]: Parameters<Asked["send"]>): Promise<void> {
    const url = `${this.#endpoint}/api/v2/conversations/webmessaging/guests/${encodeURIComponent(guest)}/attributes`;
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: "application/json" };
    const init: RequestInit = { method: "GET", redirect: "manual", headers, keepalive };
    if (body) {
      init.method = "POST";
      init.body = body;
      headers["content-type"] = "application/json";
      headers["idempotency-key"] = key ?? "";
      if (version) headers["if-match"] = version;
      else headers["if-none-match"] = "*";
    }
    await this.ask(send, keepalive ? undefined : timeoutMs, url, init);
  }

  /** Without cookies. What becomes of it is told, unless it is aborted first. */
  async ask(send: number, timeoutMs: number | undefined, url: string, init: RequestInit): Promise<void> {
    const controller = new AbortController();
    this.#under.set(send, controller);
    const late = timeoutMs === undefined ? undefined : setTimeout(() => controller.abort(), timeoutMs);
    const { status, answer } = await ask(url, { credentials: "omit", signal: controller.signal, ...init });
    clearTimeout(late);
    if (!this.#under.delete(send)) return;
    if (status) this.#tell(tells.answered, send, ...answer);
    else this.#tell(tells.sendFailed, send);
  }

  /** Aborts a request; its answer is not told. */
  abort(send: number): void {
    this.#under.get(send)?.abort();
    this.#under.delete(send);
  }

  stop(): void {
    for (const send of this.#under.keys()) this.abort(send);
  }
}
