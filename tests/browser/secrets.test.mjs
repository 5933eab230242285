/** No credential of the organisation's and no private key is in anything that a browser can fetch, or was ever sent. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./support/chromium.mjs";
import { startGateway } from "./support/gateway.mjs";
import { recordTraffic, transcript } from "./support/traffic.mjs";
import { startUpstream } from "./support/upstream.mjs";

const site = fileURLToPath(new URL("../../dist/site", import.meta.url));
const scope = { after };
const client = { id: "an-organisations-client", secret: `canary-secret-${crypto.randomUUID()}` };

/** Every spelling in which a secret could travel. @param {string} secret */
function spellings(secret) {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")];
}

const upstream = await startUpstream(scope, client);
const env = { GENESYS_BASE_URL: upstream.origin, GENESYS_CLIENT_ID: client.id, GENESYS_CLIENT_SECRET: client.secret };
const gateway = await startGateway(scope, { env, sandbox: false });

/** What → secret. @type {Map<string, string>} */
const secrets = new Map([["the client secret", client.secret]]);
for (const entry of await readdir(gateway.stateDir, { withFileTypes: true })) {
  const { name } = entry;
  if (!entry.isFile() || name.includes("sqlite")) continue;
  const text = (await readFile(join(gateway.stateDir, name), "utf8")).trim();
  for (const [, member, value] of text.matchAll(/"(d|k)":\s*"([^"]+)"/g)) secrets.set(`${member} of ${name}`, value ?? "");
  if (name.endsWith(".key")) secrets.set(name, text);
}
assert.deepEqual([...secrets.keys()].sort(), ["d of sealing.jwks.json", "k of capability.jwks.json", "state.key", "the client secret"]);

/** @param {string} where @param {string} text */
function assertClean(where, text) {
  const all = [...secrets, ...[...upstream.tokens].map((token) => /** @type {const} */ (["an organisation token", token]))];
  for (const [what, secret] of all) {
    for (const spelling of spellings(secret)) assert.ok(!text.includes(spelling), `${where} holds ${what}`);
  }
}

test("no file that the gateway serves holds one", async () => {
  const files = (await readdir(site, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.length > 5, "the site is built");
  for (const file of files) assertClean(file.name, await readFile(join(file.parentPath, file.name), "latin1"));
});

test("no answer that a page or its worker received holds one, through a session, attributes and a form", async () => {
  const browser = await launchChromium(scope);
  const context = await browser.newContext();
  const { exchanges } = recordTraffic(context);
  const page = await context.newPage();
  await page.goto(gateway.origin);
  await page.locator("#worker-status[data-state=ready]").waitFor();
  await page.getByTestId("start-session").click();
  await page.locator("#sdk-status[data-state=ready]").waitFor();
  await page.getByTestId("attr-key-0").fill("orderNumber");
  await page.getByTestId("attr-value-0").fill("TCK-99281");
  await page.getByTestId("attr-set").click();
  await page.getByTestId("attr-flush").click();
  await page.getByTestId("field-name").fill("Alex Example");
  await page.getByTestId("field-email").fill("alex@example.com");
  await page.getByTestId("field-phone").fill("+1 202 555 0143");
  await page.getByTestId("submit-fetch").click();
  await page.locator("[data-testid=form-result] [data-tone]").waitFor();
  for (const path of ["/sw.js", "/.well-known/jwks.json", "/healthz", "/readyz", "/nowhere", "/state.key", "/..%2fstate.key"]) {
    await page.evaluate((of) => fetch(of).then((answer) => answer.text()), path);
  }

  const seen = await exchanges();
  assert.ok(upstream.tokens.size > 0, "the gateway has a token of the organisation's");
  for (const what of ["/api/webchat/init", "/api/token", "/attributes", "/api/v2/guests/", ".wasm"]) {
    assert.ok(seen.some(({ url }) => url.includes(what)), `${what} was asked for`);
  }
  for (const exchange of seen) assertClean(`${exchange.method} ${exchange.url}`, transcript(exchange));
  assertClean("the gateway's log", gateway.output());
});
