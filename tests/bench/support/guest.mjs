/** The Guest API's attributes of one guest (A1, A2), with versions and Idempotency-Keys, as far as a page notices. */

/** @typedef {{ status: number, headers?: Record<string, string>, body?: unknown }} Answer */

export class Guest {
  /** @type {Record<string, unknown>} */
  attributes = {};
  version = 0;
  /** Each key, as often as it took effect with a value that it had not just had. @type {string[]} */
  effects = [];
  /** @type {Map<string, { request: string, answer: Answer }>} */
  #answers = new Map();

  /** @returns {Answer} */
  read() {
    return this.version === 0 ? { status: 404, body: { code: "not.found" } } : this.#state();
  }

  /** @param {string} body @param {import("node:http").IncomingHttpHeaders} headers @returns {Answer} */
  write(body, headers) {
    const id = headers["idempotency-key"];
    const request = JSON.stringify([body, headers["if-match"], headers["if-none-match"]]);
    const before = typeof id === "string" ? this.#answers.get(id) : undefined;
    if (before) return before.request === request ? before.answer : { status: 422, body: { code: "idempotency.mismatch" } };
    const stale = (headers["if-match"] ?? this.#etag()) !== this.#etag() || (headers["if-none-match"] === "*" && this.version > 0);
    if (stale) return { status: 409, body: { code: "request.conflict" } };
    const { attributes } = JSON.parse(body);
    Object.assign(this.attributes, attributes);
    this.effects.push(...Object.entries(attributes).map(([key, value]) => `${key}=${value}`));
    this.version += 1;
    const answer = this.#state();
    if (typeof id === "string") this.#answers.set(id, { request, answer });
    return answer;
  }

  /** Somebody else writes. @param {string} key @param {unknown} value */
  foreign(key, value) {
    this.attributes[key] = value;
    this.version += 1;
  }

  #etag() {
    return `"${this.version}"`;
  }

  /** @returns {Answer} */
  #state() {
    return { status: 200, headers: { etag: this.#etag() }, body: { attributes: { ...this.attributes }, version: this.version } };
  }
}
