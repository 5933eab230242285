/** The example of README.md that calls every route, pasted into a shell. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname } from "node:path";
import { after, test } from "node:test";
import { temporaryFolder } from "../browser/support/folder.mjs";
import { guestsync } from "../browser/support/gateway.mjs";
import { freePort } from "../browser/support/ports.mjs";
import { example } from "../browser/support/readme.mjs";

test("curl walks every route as README.md writes it", async () => {
  const text = example("sh", "$gateway/api/webchat/init");
  const script = text.replaceAll("8787", String(await freePort()));
  const env = { ...process.env, PATH: `${dirname(guestsync)}${delimiter}${process.env.PATH}` };
  const cwd = await temporaryFolder({ after });
  const shell = spawn("bash", ["-e", "-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  after(() => {
    try {
      process.kill(-(shell.pid ?? 0), "SIGKILL");
    } catch {
      // Nothing of it is left.
    }
  });
  let [out, notes] = ["", ""];
  shell.stdout.on("data", (chunk) => (out += chunk));
  shell.stderr.on("data", (chunk) => (notes += chunk));
  const [code] = await once(shell, "close");
  assert.equal(code, 0, notes + out);
  const lines = out.split("\n");
  const document = JSON.parse(lines.find((line) => line.startsWith('{"openapi"')) ?? "{}");
  const has = (/** @type {string} */ line) => assert.ok(lines.includes(line), `${line} is missing in\n${out}`);
  has('{"status":"ready"}');
  has('{"attributes":{"tier":"gold","vip":true},"version":1}');
  has('{"fields":{"/email":"ada@example.org","/name":"Ada"},"refused":{}}');
  const shortened = text.replaceAll("$attributes", "/genesys/api/v2/conversations/webmessaging/guests/{id}/attributes");
  const called = shortened.replaceAll("$profile", "/genesys/api/v2/guests/{id}");
  for (const path of Object.keys(document.paths)) assert.ok(called.includes(path), `${path} is not called`);
});
