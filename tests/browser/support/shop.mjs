/** A site that has our scripts and whose every other address is an empty page, as a browser likes to keep it for the way back. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { at } from "../../../scripts/lib/paths.mjs";
import { atEnd } from "./scope.mjs";

/** @type {Record<string, string>} */
const types = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** @param {import("./scope.mjs").Scope} scope @returns {Promise<string>} its origin */
export async function startShop(scope) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://shop.invalid");
    const script = pathname.startsWith("/guestsync/") && existsSync(at("dist/site", pathname));
    // Of use in a sandboxed frame too, which is of no origin.
    const headers = { "access-control-allow-origin": "*", "content-type": (script && types[extname(pathname)]) || "text/html; charset=utf-8" };
    response.writeHead(200, headers);
    response.end(script ? await readFile(at("dist/site", pathname)) : `<!doctype html><link rel="icon" href="data:,"><title>Shop</title>`);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(scope, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}
