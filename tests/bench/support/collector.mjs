/** A server that takes what every contender sends, counts it, and fails as it is told to, for all of them alike. */
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { atEnd } from "../../browser/support/scope.mjs";
import { Guest } from "./guest.mjs";
import { messagesIn } from "./messages.mjs";

/** @typedef {import("./guest.mjs").Answer} Answer */
/** @typedef {{ at: number, until: number, tab: string, method: string, path: string, body: string, bytes: number, status: number, messages: number }} Request `tab`: whom its token names; `status` 0: no answer was given */
/** @typedef {Answer | "lost" | undefined} Fault an answer instead of the right one; `lost`: taken, but without an answer */

const attributes = /^\/genesys\/api\/v2\/conversations\/webmessaging\/guests\/([^/]+)\/attributes$/;

export class Collector {
  /** What has reached it that carries or could carry attributes, in order. @type {Request[]} */
  requests = [];
  guest = new Guest();
  /** Each message that was taken, by its id. @type {Map<string, string>} */
  taken = new Map();
  /** @type {(request: { method: string, path: string, tab: string }) => Fault | Promise<Fault>} */
  fault = () => undefined;
  port = 0;
  #server = createServer((request, response) => void this.#answer(request, response).catch(() => request.destroy()));

  /** @param {import("../../browser/support/scope.mjs").Scope} scope */
  static async start(scope) {
    const collector = new Collector();
    await collector.#listen();
    atEnd(scope, () => collector.#stop());
    return collector;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How often each `key=value` took effect. A repeat that the contender's own server would know by its id is none. @returns {Map<string, number>} */
  effects() {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const effect of [...this.guest.effects, ...this.taken.values()]) counts.set(effect, (counts.get(effect) ?? 0) + 1);
    return counts;
  }

  /** Refuses connections for so long. @param {number} ms */
  async refuse(ms) {
    await this.#stop();
    await new Promise((resolve) => setTimeout(resolve, ms));
    await this.#listen();
  }

  async #listen() {
    await new Promise((resolve, reject) => this.#server.once("error", reject).listen(this.port, "127.0.0.1", () => resolve(undefined)));
    this.port = /** @type {import("node:net").AddressInfo} */ (this.#server.address()).port;
  }

  async #stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #answer(request, response) {
    const { method = "", headers } = request;
    const from = Date.now();
    // A client that goes away ends its request; what it sent is taken all the same, as by any server.
    let gone = Infinity;
    response.once("close", () => (gone = Date.now()));
    const path = new URL(request.url ?? "/", this.origin).pathname;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = (headers["content-encoding"] === "gzip" || (raw[0] === 0x1f && raw[1] === 0x8b) ? gunzipSync(raw) : raw).toString();
    const cors = {
      "access-control-allow-origin": headers.origin ?? "*",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": headers["access-control-request-headers"] ?? "",
      "access-control-allow-methods": "GET, POST, PUT",
      "access-control-expose-headers": "ETag, Retry-After, Date",
      "access-control-max-age": "600",
      "cross-origin-resource-policy": "cross-origin",
    };
    if (method === "OPTIONS") return void response.writeHead(204, cors).end();

    const token = /^\/token\/(.*)/.exec(path)?.[1];
    const tab = headers.authorization?.replace(/^Bearer /, "") ?? "";
    const fault = token === undefined ? await this.fault({ method, path, tab }) : tokenOf(token);
    const answer = fault === undefined || fault === "lost" ? this.#take(method, path, body, headers) : fault;
    const status = fault === "lost" ? 0 : answer.status;
    const messages = attributes.test(path) && method === "POST" ? Object.keys(JSON.parse(body).attributes).length : messagesIn(path, body).length;
    this.requests.push({ at: from, until: Math.min(gone, Date.now()), tab, method, path, body, bytes: raw.length, status, messages });
    if (status === 0) return void request.socket.destroy();
    response.writeHead(status, { "content-type": "application/json", ...cors, ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  }

  /** @param {string} method @param {string} path @param {string} body @param {import("node:http").IncomingHttpHeaders} headers @returns {Answer} */
  #take(method, path, body, headers) {
    if (attributes.test(path)) return method === "GET" ? this.guest.read() : this.guest.write(body, headers);
    for (const { id, key, value } of messagesIn(path, body)) this.taken.set(id ?? `${this.taken.size}`, `${key}=${value}`);
    return { status: 200, body: { code: 200 } };
  }
}

/** A capability that names who asked for it. @param {string} token @returns {Answer} */
const tokenOf = (token) => ({ status: 200, body: { token, expiresAt: new Date(Date.now() + 3_600_000).toISOString() } });
