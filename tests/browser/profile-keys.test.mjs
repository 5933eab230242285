/** A key set that begins to arrive and does not end: the worker uses the copy it kept, and asks again where it has none. */
import assert from "node:assert/strict";
import { createServer, request as forward } from "node:http";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stopServiceWorkers } from "./support/devtools.mjs";
import { openFormPage, postByFetch } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { atEnd } from "./support/scope.mjs";

const file = { after };
const gateway = await startGateway(file);
const browser = await launchChromium(file);

/** What becomes of the key set on its way, and how often it was asked for. */
const way = { ends: /** @type {"whole" | "breaks" | "stalls"} */ ("whole"), asked: 0 };

const front = createServer((from, to) => {
  const isKeys = from.url === "/.well-known/jwks.json";
  if (isKeys) way.asked++;
  if (isKeys && way.ends !== "whole") {
    to.writeHead(200, { "content-type": "application/json", "content-length": 500 }).write('{"keys":[{"kid":');
    if (way.ends === "breaks") setTimeout(() => to.destroy(), 50);
    return;
  }
  const onward = forward(gateway.origin + from.url, { method: from.method, headers: from.headers }, (answer) => {
    // The browser's own cache would be asked instead.
    to.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...(isKeys && { "cache-control": "no-store" }) });
    answer.pipe(to);
  });
  onward.on("error", () => to.destroy());
  from.pipe(onward);
});
await new Promise((resolve) => front.listen(0, "127.0.0.1", () => resolve(undefined)));
atEnd(file, () => (front.closeAllConnections(), front.close()));
const origin = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (front.address()).port}`;

test("a key set that breaks off or stalls does not keep a form from being sealed to the one that was kept", async () => {
  const { page, guestId } = await openFormPage(browser, origin);
  for (const ends of /** @type {const} */ (["breaks", "stalls"])) {
    await stopServiceWorkers(page);
    Object.assign(way, { ends, asked: 0 });
    const { status, byWorker, body } = await postByFetch(page, "urlencoded", { guestId, name: ends });
    assert.deepEqual([status, byWorker, body.status, way.asked], [200, true, "synced", 1], ends);
  }
  way.ends = "whole";
});

test("without a copy the gateway takes the form, and the next form asks again", async () => {
  const { page, guestId } = await openFormPage(browser, origin);
  // The worker may just be keeping what it has got.
  await stopServiceWorkers(page);
  await page.evaluate(() => caches.delete("guestsync"));
  Object.assign(way, { ends: "breaks", asked: 0 });
  assert.equal((await postByFetch(page, "urlencoded", { guestId, name: "one" })).status, 200);
  way.ends = "whole";
  const { status, byWorker } = await postByFetch(page, "urlencoded", { guestId, name: "two" });
  assert.deepEqual([status, byWorker, way.asked], [200, true, 2]);
});
