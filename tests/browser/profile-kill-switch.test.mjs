/** A worker in control of pages is taken back by the gateway: the kill switch removes it and what it cached. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { openFormPage, postByFetch } from "./support/forms.mjs";
import { temporaryFolder } from "./support/folder.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const browser = await launchChromium(file);

test("with the kill switch the worker and its caches are gone after one navigation, and the gateway answers the forms", async () => {
  const stateDir = await temporaryFolder(file);
  const first = await startGateway(file, { stateDir });
  const { context, page, guestId } = await openFormPage(browser, first.origin);
  const before = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.deepEqual([before.status, before.byWorker], [200, true]);
  const caches = () => page.evaluate(async () => globalThis.caches.keys());
  await page.evaluate(async () => void (await globalThis.caches.open("the site's own")));
  assert.ok((await caches()).some((name) => name.startsWith("guestsync")));
  await first.kill();

  const killing = await startGateway(file, { stateDir, port: first.port, env: { GUESTSYNC_WORKER_KILL: "true" } });
  const loads = new Promise((resolve) => page.once("load", () => page.once("load", resolve)));
  await page.goto(`${killing.origin}/healthz`);
  // The script that is new removes the old one and has the page load once more, without it.
  await loads;
  await until("no worker to be registered", () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length === 0));
  assert.equal(await page.evaluate(() => navigator.serviceWorker.controller), null);
  assert.deepEqual(await caches(), ["the site's own"]);

  const later = await startSession(context, killing.origin);
  const answer = await postByFetch(later.page, "urlencoded", { guestId: later.guestId, name: "Ada" });
  assert.deepEqual([answer.status, answer.byWorker, answer.body], [200, false, { status: "synced", guestId: later.guestId }]);
  assert.equal((await new Sandbox(killing.origin).opened(later.guestId))["/name"], "Ada");
});
