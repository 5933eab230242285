/** A site and the Guest API on one origin: it takes what every contender sends, counts it, and fails as it is told to, for all alike. */
import { createServer } from "node:http";
import { atEnd } from "../../browser/support/scope.mjs";

/** @typedef {{ at: number, guest: string, key: string | undefined, body: string, status: number }} Request `status` 0: no answer was given */
/** @typedef {{ status: number, headers?: Record<string, string> } | "lost" | "hang" | undefined} Fault `lost`: taken, but without an answer; `hang`: neither, until the client goes away */

export class Server {
  /** Every write that has arrived, in order. @type {Request[]} */
  requests = [];
  /** Each value that took effect, in order. @type {{ guest: string, field: string, value: string }[]} */
  effects = [];
  /** @type {(write: { guest: string, earlier: number }) => Fault} `earlier`: requests of this guest before */
  fault = () => undefined;
  /** No request may come from a guest before that time. @type {Map<string, number>} */
  closedUntil = new Map();
  early = 0;
  port = 0;
  /** @type {Map<string, string>} Idempotency-Key → body */
  #kept = new Map();
  /** Two bodies under one key. */
  mismatches = 0;
  #server = createServer((request, response) => void this.#answer(request, response).catch(() => request.destroy()));

  /** @param {import("./contenders.mjs").Contender} contender @param {Map<string, Buffer>} files @param {object} keySet */
  constructor(contender, files, keySet) {
    this.contender = contender;
    this.files = files;
    this.keySet = keySet;
  }

  /** @param {import("../../browser/support/scope.mjs").Scope} scope @param {ConstructorParameters<typeof Server>} given */
  static async start(scope, ...given) {
    const server = new Server(...given);
    await server.up();
    atEnd(scope, () => server.down());
    return server;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  async up() {
    await new Promise((resolve, reject) => this.#server.once("error", reject).listen(this.port, "127.0.0.1", () => resolve(undefined)));
    this.port = /** @type {import("node:net").AddressInfo} */ (this.#server.address()).port;
  }

  /** Refuses connections from now on. */
  async down() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** The values that a guest's profile ends with. @param {string} guest @returns {Promise<Record<string, string>>} */
  async profile(guest) {
    /** @type {Record<string, string>} */
    const profile = {};
    for (const effect of this.effects.filter((each) => each.guest === guest)) profile[effect.field] = await this.contender.open(effect.value);
    return profile;
  }

  /** Effects beyond the first of each guest, field and value. */
  async repeated() {
    const values = await Promise.all(this.effects.map(async ({ guest, field, value }) => `${guest} ${field} ${await this.contender.open(value)}`));
    return values.length - new Set(values).size;
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #answer(request, response) {
    const { method = "", headers } = request;
    const { pathname } = new URL(request.url ?? "/", this.origin);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const json = (/** @type {unknown} */ value, status = 200, more = {}) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...more }).end(JSON.stringify(value));
    };
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    if (method === "GET") return this.#site(pathname, response, json);
    if (pathname === "/api/token") return json({ token: "capability-canary", expiresAt, guestId: JSON.parse(body).guestId });
    if (pathname === "/oauth/token") return json({ access_token: "capability-canary", expires_in: 3600 });
    const write = writeOf(pathname, body);
    if (!write) return json({ code: "not.found" }, 404);

    const { guest } = write;
    const now = Date.now();
    if (now < (this.closedUntil.get(guest) ?? 0) - 20) this.early += 1;
    const key = /** @type {string | undefined} */ (headers["idempotency-key"]);
    const fault = this.fault({ guest, earlier: this.requests.filter((each) => each.guest === guest).length });
    const status = fault === undefined ? 200 : typeof fault === "string" ? 0 : fault.status;
    this.requests.push({ at: now, guest, key, body, status });
    if (fault === "hang") return;
    if (fault === undefined || fault === "lost") this.#apply(write, key, body);
    if (fault === "lost") return void request.socket.destroy();
    const after = typeof fault === "object" ? fault.headers?.["retry-after"] : undefined;
    if (after) this.closedUntil.set(guest, now + Number(after) * 1000);
    json(status === 200 ? { status: "synced", guestId: guest } : { code: "unavailable" }, status, typeof fault === "object" ? fault.headers : {});
  }

  /** @param {{ guest: string, fields: Record<string, string> }} write @param {string | undefined} key @param {string} body */
  #apply({ guest, fields }, key, body) {
    if (key !== undefined) {
      const before = this.#kept.get(key);
      if (before !== undefined && before !== body) this.mismatches += 1;
      if (before !== undefined) return;
      this.#kept.set(key, body);
    }
    for (const [field, value] of Object.entries(fields)) this.effects.push({ guest, field, value });
  }

  /** @param {string} path @param {import("node:http").ServerResponse} response @param {(value: unknown) => void} json */
  #site(path, response, json) {
    if (path === "/.well-known/jwks.json") return json(this.keySet);
    const file = this.files.get(path.replace("/guestsync/", ""));
    const wasm = path.endsWith(".wasm");
    const [type, body] = path === "/sw.js" ? ["text/javascript", this.contender.script] : file ? [wasm ? "application/wasm" : "text/javascript", file] : ["text/html", page];
    response.writeHead(200, { "content-type": type, "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" });
    response.end(body);
  }
}

const page = `<!doctype html><link rel="icon" href="data:,"><title>Bench</title>`;

/** What a request writes: a JSON Patch, or the form itself. @param {string} path @param {string} body */
function writeOf(path, body) {
  const guest = /^\/genesys\/api\/v2\/guests\/([^/]+)$/.exec(path)?.[1];
  if (guest !== undefined) {
    const operations = /** @type {{ path: string, value: string }[]} */ (JSON.parse(body)).filter(({ path: pointer }) => pointer !== "/lastUpdated");
    return { guest, fields: Object.fromEntries(operations.map(({ path: pointer, value }) => [pointer.slice(1), value])) };
  }
  if (path !== "/api/profile-sync") return undefined;
  const { guestId = "", ...fields } = Object.fromEntries(new URLSearchParams(body));
  return { guest: guestId, fields };
}
