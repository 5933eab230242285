/** T1: a capability never follows a redirect to another host, and whoever sent it hears that the API is not there. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { Collector } from "../bench/support/collector.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { openFormPage, postByFetch } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { atEnd } from "./support/scope.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

const file = { after };
const browser = await launchChromium(file);
const statuses = [301, 302, 307, 308];

/** Another host that takes whatever it is sent. */
async function startElsewhere() {
  /** @type {string[]} */
  const heard = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const any = { "access-control-allow-origin": request.headers.origin ?? "*", "access-control-allow-headers": "*, authorization", "access-control-allow-methods": "*" };
    response.writeHead(200, { ...any, "content-type": "application/json" }).end("{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(file, () => (server.closeAllConnections(), server.close()));
  return { heard, origin: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}` };
}

test("a page's request that is redirected goes nowhere else, and its attributes are refused with the reason", async () => {
  const [shop, collector, elsewhere] = [await startShop(file), await Collector.start(file), await startElsewhere()];
  const page = await (await browser.newContext()).newPage();
  await page.goto(shop);
  await openGuestSync(page, { guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/tab` });
  for (const status of statuses) {
    collector.fault = () => ({ status, headers: { location: `${elsewhere.origin}/taken` } });
    const rejected = await page.evaluate(async (key) => {
      const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
      const heard = new Promise((resolve) => guest.on("rejected", resolve));
      await guest.set({ [key]: 1 });
      void guest.flush();
      return heard;
    }, `k${status}`);
    assert.deepEqual(rejected, { keys: [`k${status}`], status: 300 });
  }
  assert.equal(collector.requests.filter(({ method, tab }) => method === "POST" && tab === "tab").length, statuses.length, "each was sent once");
  assert.deepEqual(elsewhere.heard, []);
});

test("a worker's request that is redirected goes nowhere else, and the form is refused", async () => {
  const [gateway, elsewhere] = [await startGateway(file), await startElsewhere()];
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  for (const status of statuses) {
    let asked = 0;
    await context.route("**/genesys/**", (route) => {
      asked += 1;
      return route.fulfill({ status, headers: { location: `${elsewhere.origin}/taken` } });
    });
    const answer = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
    assert.deepEqual([answer.byWorker, answer.status, asked], [true, 422, 1], answer.text);
    await context.unroute("**/genesys/**");
  }
  assert.deepEqual(elsewhere.heard, []);
});
