/** The site whose pages the contenders run in, on an origin of its own, so that it is up when the collector is not. */
import { createServer } from "node:http";
import { atEnd } from "../../browser/support/scope.mjs";
import { pageWasm } from "./contenders.mjs";

/**
 * Every path is an empty page but those of the scripts and of our wasm. The pages are isolated from other origins: their clock then
 * counts in steps of 5 µs.
 * @param {import("../../browser/support/scope.mjs").Scope} scope
 * @param {import("./contenders.mjs").Contender[]} contenders
 * @returns {Promise<string>} its origin
 */
export async function startSite(scope, contenders) {
  const wasm = await pageWasm();
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const script = contenders.find(({ name }) => path === `/${name}.js`)?.script;
    const [type, body] =
      script !== undefined
        ? ["text/javascript", script]
        : path === "/guestsync.wasm"
          ? ["application/wasm", wasm]
          : ["text/html", `<!doctype html><link rel="icon" href="data:,"><title>Bench</title>`];
    const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
    response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "max-age=600", ...isolated });
    response.end(body);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(scope, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}
