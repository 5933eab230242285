/** A site of files, under the strictest policy that wasm allows. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { atEnd } from "../../browser/support/scope.mjs";

/** @type {Record<string, string>} */
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm", ".map": "application/json" };

/** @param {string} connect where pages may send to @param {string} [script] */
export const policy = (connect, script = "'self' 'wasm-unsafe-eval'") =>
  [
    "default-src 'none'",
    `script-src ${script}`,
    "worker-src 'self'",
    "img-src data:",
    `connect-src 'self' ${connect}`,
    "require-trusted-types-for 'script'",
    "trusted-types guestsync",
  ].join("; ");

/**
 * @param {import("../../browser/support/scope.mjs").Scope} scope
 * @param {string[]} folders searched in turn
 * @param {string} csp
 * @returns {Promise<string>} its origin
 */
export async function serveFolders(scope, folders, csp) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site.invalid");
    const file = folders.map((folder) => join(folder, pathname === "/" ? "index.html" : pathname)).find(existsSync);
    if (!file) return void response.writeHead(404).end();
    // A worker's policy is its own answer's, as the gateway serves it.
    const own = pathname === "/sw.js" ? "script-src 'self' 'wasm-unsafe-eval'" : csp;
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "content-security-policy": own });
    response.end(await readFile(file));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(scope, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}
