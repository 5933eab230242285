/** A web site of the test's own on a port of its own: another site than the gateway's, or a page that embeds the product. */
import { createServer } from "node:http";
import { atEnd } from "./scope.mjs";

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {Record<string, string>} pages path → HTML; anything else is 404
 * @param {Record<string, string>} [headers] sent with every answer
 * @returns {Promise<string>} its origin
 */
export async function startSite(scope, pages, headers = {}) {
  const server = createServer((request, response) => {
    const html = pages[new URL(request.url ?? "/", "http://site.invalid").pathname];
    response.writeHead(html === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8", ...headers });
    response.end(html);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(scope, () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}
