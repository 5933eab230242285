/**
 * Schemathesis makes requests from the OpenAPI document, good ones and bad ones, and holds the answers to it. `GUESTSYNC_OPENAPI_EXAMPLES`
 * says how many it makes up of each call beside those that it finds by rule.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ensurePython } from "../../scripts/lib/setup/python.mjs";
import { temporaryFolder } from "../browser/support/folder.mjs";
import { startGateway } from "../browser/support/gateway.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const examples = process.env.GUESTSYNC_OPENAPI_EXAMPLES ?? "10";
const json = { "content-type": "application/json" };

/** A guest with its cookie and a capability. @param {string} origin */
async function session(origin) {
  const body = JSON.stringify({ sessionId: "schemathesis", consentGiven: true, consentType: "explicit" });
  const init = await fetch(`${origin}/api/webchat/init`, { method: "POST", headers: json, body });
  const { guestId } = await init.json();
  const cookie = init.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const token = await fetch(`${origin}/api/token`, { method: "POST", headers: { ...json, cookie }, body: "{}" });
  return { guestId, cookie, capability: (await token.json()).token };
}

test("no request that the document allows or forbids gets an answer that it does not describe", async () => {
  const programs = await ensurePython(join(here, "requirements.txt"));
  const gateway = await startGateway({ after }, { env: { GUESTSYNC_LIMITS_PER_GUEST: "0", RUST_LOG: "warn" } });
  const { guestId, cookie, capability } = await session(gateway.origin);
  const args = ["--config-file", join(here, "schemathesis.toml"), "--no-color", "run", `${gateway.origin}/openapi.json`];
  args.push("--max-examples", examples, "--seed", "1", "--workers", "2", "-H", `Cookie: ${cookie}`);
  const env = { ...process.env, GUEST: guestId, CAPABILITY: capability };
  const run = spawn(join(programs, "schemathesis"), args, { cwd: await temporaryFolder({ after }), env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [run.stdout, run.stderr]) stream.on("data", (chunk) => (output += chunk));
  const [code] = await once(run, "close");
  assert.equal(code, 0, output);
  assert.match(output, /[1-9]\d\d+ generated/, output);
});
