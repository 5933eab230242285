/** A site's own server before the gateway: it answers some addresses by itself, and passes on the others. */
import { createServer, request as ask } from "node:http";
import { atEnd } from "./scope.mjs";

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {string} gateway its origin
 * @param {(path: string) => string | false | null | undefined} own a script; false: the connection ends without an answer; null: it does so
 *   when this says something else; undefined: the gateway's answer
 * @returns {Promise<string>} its origin
 */
export async function startBefore(scope, gateway, own) {
  const server = createServer((from, to) => {
    const path = from.url ?? "/";
    const script = own(path);
    if (script === false) return void to.destroy();
    if (script === null) {
      const look = setInterval(() => own(path) !== null && to.destroy(), 50);
      return void to.once("close", () => clearInterval(look));
    }
    if (script !== undefined) return void to.writeHead(200, { "content-type": "text/javascript" }).end(script);
    const { host } = new URL(gateway);
    const origin = from.headers.origin === undefined ? {} : { origin: gateway };
    const onward = ask(gateway + path, { method: from.method ?? "GET", headers: { ...from.headers, host, ...origin } }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on("error", () => to.destroy());
    from.pipe(onward);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(scope, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}
