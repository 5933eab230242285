/** How long the page leaves a server alone that asks for it, in every form in which it can ask (RFC 9110 §10.2.3 and §5.6.7). */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));

/** By the server's clock it is always this moment, whatever the page's clock says. */
const NOW = "Sun, 06 Nov 1994 08:49:37 GMT";
const SIX_HOURS = 6 * 60 * 60 * 1000;
/** What the page waits at most of its own accord before its second try. */
const OWN = 1_000;

/** The delay that the page tells after a 429 with this field. @param {import("node:test").TestContext} t @param {string | undefined} field */
async function delayAfter(t, field) {
  const server = createServer((_, response) => {
    response.sendDate = false;
    response.writeHead(429, { date: NOW, ...(field !== undefined && { "retry-after": field }) }).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  t.after(() => (server.closeAllConnections(), server.close()));
  const guest = createGuestSync({ guest: "g1", consent: { service: true }, storage: "memory", endpoint: `http://127.0.0.1:${port}`, token: async () => "t" });
  t.after(() => guest.close());
  const retrying = new Promise((resolve) => guest.on("retrying", ({ delayMs }) => resolve(delayMs)));
  void guest.set({ tier: "gold" });
  void guest.flush();
  return retrying;
}

for (const [field, ms] of /** @type {[string, number][]} */ ([
  ["120", 120_000],
  ["21601", SIX_HOURS],
  ["99999999999999999999999999", SIX_HOURS],
  ["Sun, 06 Nov 1994 08:50:37 GMT", 60_000],
  ["Sunday, 06-Nov-94 08:50:37 GMT", 60_000],
  ["Sun Nov  6 08:50:37 1994", 60_000],
  ["Sun, 06 Nov 2094 08:49:37 GMT", SIX_HOURS],
  // A leap second; engines' own parsers take it for no date.
  ["Sun, 06 Nov 1994 08:49:60 GMT", 23_000],
]))
  test(`"${field}" is a pause of ${ms / 1000} s`, async (t) => {
    const delay = await delayAfter(t, field);
    assert.ok(ms <= delay && delay <= ms + 1_000, String(delay));
  });

for (const field of [undefined, "0", "-1", "+1", "1.5", "1e3", "0x10", "soon", "1, 2", "2099-01-01", "2099 Nov 06 08:49:37 GMT", "2099-11-06T08:49:37Z", NOW, "Sun, 06 Nov 1994 08:49:36 GMT", "Sun, 06 Nov 2094 08:49:37", "Sun, 06 Nov 2094 08:49:37 UTC", "Sun, 06 Nov 2094 24:61:00 GMT", "Sun, 31 Feb 2094 08:49:37 GMT", "Sun, 06 Nov 2094 24:00:00 GMT", "Foo, 06 Nov 2094 08:49:37 GMT"])
  test(`${JSON.stringify(field)} is none: the page waits as long as it would by itself`, async (t) => {
    const delay = await delayAfter(t, field);
    assert.ok(delay <= OWN, String(delay));
  });
