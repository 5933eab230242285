/** The sandbox's control API, as the gateway mounts it under `/_sandbox`. */

/** @typedef {{ id: string, profile: Record<string, unknown>, attributes: Record<string, unknown>, version: number }} Guest */
/**
 * @typedef {object} Request what reached the sandbox in Genesys' place
 * @property {number} seq
 * @property {string} at RFC 3339
 * @property {string} method
 * @property {string} path
 * @property {number} status
 * @property {number} durationMs
 * @property {Record<string, string>} headers lower-case names
 * @property {string} body
 * @property {string} response
 */

export class Sandbox {
  /** @param {string} origin the gateway's */
  constructor(origin) {
    this.origin = origin;
  }

  /** @returns {Promise<Guest[]>} */
  async guests() {
    return (await this.#json("guests")).guests;
  }

  /** @param {string} id @returns {Promise<Guest | undefined>} */
  async guest(id) {
    return (await this.guests()).find((guest) => guest.id === id);
  }

  /** @param {number} [after] a `seq` @returns {Promise<Request[]>} */
  async requests(after = 0) {
    return (await this.#json(`requests?after=${after}`)).requests;
  }

  /** @param {string} guest @returns {Promise<Record<string, string>>} JSON Pointer → what the key holder reads */
  async opened(guest) {
    return (await this.#json(`opened?guest=${encodeURIComponent(guest)}`)).fields;
  }

  /** What took effect, in order. @param {string} guest @returns {Promise<{ seq: number, call: string, keys: string[], values: Record<string, unknown>, idempotencyKey: string | null }[]>} */
  async effects(guest) {
    return (await this.#json(`effects?guest=${encodeURIComponent(guest)}`)).effects;
  }

  /** @param {unknown} plan */
  async setFaults(plan) {
    await this.#json("faults", { method: "PUT", body: JSON.stringify(plan), headers: { "content-type": "application/json" } });
  }

  async reset() {
    await this.#json("reset", { method: "POST" });
  }

  /** @param {string} path @param {RequestInit} [init] */
  async #json(path, init) {
    const headers = { origin: this.origin, "sec-fetch-site": "same-origin", ...init?.headers };
    const answer = await fetch(`${this.origin}/_sandbox/${path}`, { ...init, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`/_sandbox/${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
