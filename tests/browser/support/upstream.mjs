/** The sandbox as a process of its own, behind a recorder that learns the organisation's tokens. */
import { spawn } from "node:child_process";
import { createServer, request as forward } from "node:http";
import { endWith } from "./child.mjs";
import { guestsync } from "./gateway.mjs";
import { atEnd } from "./scope.mjs";
import { until } from "./wait.mjs";

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ id: string, secret: string }} client of the organisation
 * @returns {Promise<{ origin: string, tokens: Set<string> }>} `tokens` grows as the gateway is given them
 */
export async function startUpstream(scope, { id, secret }) {
  const env = { ...process.env, GENESYS_CLIENT_ID: id, GENESYS_CLIENT_SECRET: secret, PORT: "0" };
  const child = spawn(guestsync, ["sandbox"], { env, stdio: ["ignore", "pipe", "pipe"] });
  endWith(scope, child);
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const sandbox = await until("the sandbox to listen", () => /listening on (http:\/\/\S+)/.exec(output)?.[1]);

  /** @type {Set<string>} */
  const tokens = new Set();
  const recorder = createServer((from, to) => {
    const onward = forward(sandbox + from.url, { method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      let body = "";
      answer.on("data", (chunk) => {
        body += chunk;
        to.write(chunk);
      });
      answer.on("end", () => {
        const token = from.url?.endsWith("/token") && /"access_token":"([^"]+)"/.exec(body)?.[1];
        if (token) tokens.add(token);
        to.end();
      });
    });
    onward.on("error", () => to.destroy());
    from.pipe(onward);
  });
  await new Promise((resolve) => recorder.listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(scope, () => {
    recorder.closeAllConnections();
    recorder.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (recorder.address());
  return { origin: `http://127.0.0.1:${port}`, tokens };
}
