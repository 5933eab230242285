/** The worker runs the wasm it was built with and no other, wherever another comes from. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { filesBelow } from "../../scripts/lib/files.mjs";
import { at } from "../../scripts/lib/paths.mjs";
import { launchChromium } from "./support/chromium.mjs";
import { stopServiceWorkers } from "./support/devtools.mjs";
import { openFormPage, postByFetch, registerWorker } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const wasm = (await filesBelow(at("dist/site/guestsync"))).find((path) => /\/worker\.[0-9a-f]{16}\.wasm$/.test(path)) ?? "";
const bytes = await readFile(wasm);
/** Still a module: the last bytes of the file are data. */
const flipped = Buffer.from(bytes);
flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1;
await WebAssembly.compile(flipped);

/** The bytes of the wasm in the cache; puts others there where they are given. @param {import("playwright-core").Page} page @param {number[]} [other] */
const cached = (page, other) =>
  page.evaluate(async (other) => {
    const cache = await caches.open("guestsync");
    const request = (await cache.keys()).find(({ url }) => url.endsWith(".wasm"));
    if (!request) return [];
    const headers = { "content-type": "application/wasm" };
    if (other) await cache.put(request, new Response(new Uint8Array(other), { headers }));
    return [...new Uint8Array((await (await cache.match(request))?.arrayBuffer()) ?? new ArrayBuffer(0))];
  }, other);

test("a wasm in the cache of which one bit is another is not run: it is fetched anew, and kept in its place", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  assert.deepEqual(await cached(page, [...flipped]), [...flipped]);
  await stopServiceWorkers(page);
  const answer = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.deepEqual([answer.status, answer.byWorker, answer.body], [200, true, { status: "synced", guestId }]);
  await until("the right one to be kept", async () => Buffer.from(await cached(page)).equals(bytes));
});

test("a wasm from the server of which one bit is another is refused by its code, and the gateway answers the form", async () => {
  const context = await browser.newContext();
  await context.route("**/worker.*.wasm", (route) => route.fulfill({ body: flipped, contentType: "application/wasm" }));
  /** @type {string[]} */
  const said = [];
  context.on("serviceworker", (worker) => worker.on("console", (message) => said.push(message.text())));
  const { page, guestId } = await startSession(context, gateway.origin);
  await registerWorker(page);
  for (const email of ["ada@example.org", "grace@example.org"]) {
    const answer = await postByFetch(page, "urlencoded", { guestId, email });
    assert.deepEqual([answer.status, answer.body], [200, { status: "synced", guestId }]);
    assert.equal((await sandbox.opened(guestId))["/email"], email);
  }
  const sent = (await sandbox.requests()).filter(({ method, path }) => method === "PATCH" && path.endsWith(`/${guestId}`));
  assert.equal(sent.length, 2);
  await until("the worker to say why", () => said.some((text) => text.includes("wasm.altered")));
});
