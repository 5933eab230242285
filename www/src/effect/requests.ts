import { ask, type Parts } from "./http.js";

/** Requests to a guest's attributes, and those of them that are under way. */
export class Requests {
  readonly #endpoint: string;
  readonly #answered: (send: number, status: number, parts: Parts) => void;
  readonly #under = new Map<number, AbortController>();

  constructor(endpoint: string, answered: (send: number, status: number, parts: Parts) => void) {
    this.#endpoint = endpoint;
    this.#answered = answered;
  }

  /** `parts`: guest, token, and for a write body, Idempotency-Key and version (null: unwritten). */
  async send(send: number, [guest, token, body, key, version]: (string | null)[], timeoutMs: number, keepalive: boolean): Promise<void> {
    const controller = new AbortController();
    this.#under.set(send, controller);
    const late = keepalive ? undefined : setTimeout(() => controller.abort(), timeoutMs);
    const url = `${this.#endpoint}/api/v2/conversations/webmessaging/guests/${encodeURIComponent(guest ?? "")}/attributes`;
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: "application/json" };
    const init: RequestInit = { method: "GET", credentials: "omit", headers, signal: controller.signal, keepalive };
    if (body) {
      init.method = "POST";
      init.body = body;
      headers["content-type"] = "application/json";
      headers["idempotency-key"] = key ?? "";
      if (version) headers["if-match"] = version;
      else headers["if-none-match"] = "*";
    }
    const { status, parts } = await ask(url, init);
    clearTimeout(late);
    if (this.#under.delete(send)) this.#answered(send, status, parts);
  }

  /** Aborts a request; its answer is not told. */
  abort(send: number): void {
    this.#under.get(send)?.abort();
    this.#under.delete(send);
  }
}
