/** Pages that the browser keeps, freezes and brings back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { Collector } from "../bench/support/collector.mjs";
import { args, executablePath } from "./support/chromium.mjs";
import { launchByPipe } from "./support/pipe.mjs";
import { atEnd } from "./support/scope.mjs";
import { openGuestSync } from "./support/session.mjs";
import { startShop } from "./support/shop.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const shop = await startShop(file);

/** @param {Collector} collector @param {string} tab */
const options = (collector, tab) => ({ guest: "test", endpoint: `${collector.origin}/genesys`, token: `${collector.origin}/token/${tab}` });

test("with the SDK on both pages, the way back is out of the back/forward cache, and the page delivers again", async () => {
  // Playwright turns the cache off, because a page that comes back confuses it.
  const browser = await chromium.launch({ executablePath, args, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  atEnd(file, () => browser.close());
  const collector = await Collector.start(file);
  const page = await (await browser.newContext()).newPage();
  const devtools = await page.context().newCDPSession(page);
  const evaluate = async (/** @type {string} */ expression) =>
    (await devtools.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;

  await page.goto(`${shop}/first`);
  await openGuestSync(page, options(collector, "first"));
  await evaluate(`addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted)); guest.set({ first: 1 }).then(() => guest.flush()).then(() => 1)`);
  await page.goto(`${shop}/second`);
  await openGuestSync(page, options(collector, "second"));
  await evaluate(`guest.set({ second: 2 }).then(() => guest.flush()).then(() => 1)`);
  await evaluate("void history.back()");
  await until("the first page to be back", () => evaluate(`location.pathname === "/first" && window.persisted !== undefined`));
  assert.equal(await evaluate("persisted"), true);
  await evaluate(`guest.set({ again: 3 }).then(() => guest.flush()).then(() => 1)`);
  assert.deepEqual(collector.guest.attributes, { first: 1, second: 2, again: 3 });
});

test("a tab that is frozen while it holds the lock delays the others by its lease at most", async () => {
  const collector = await Collector.start(file);
  const browser = await launchByPipe(file);
  const openTab = async (/** @type {string} */ tab) => {
    const opened = await browser.open(`${shop}/${tab}`);
    const all = JSON.stringify({ consent: { service: true }, ...options(collector, tab) });
    await opened.evaluate(`import("/guestsync/index.js").then(({ createGuestSync }) => void (window.guest = createGuestSync(${all})))`);
    return opened;
  };
  const set = `void guest.set({ [location.pathname.slice(1)]: true }).then(() => guest.flush({ timeoutMs: 60000 }))`;

  // The first tab waits for an answer that does not come.
  let asked = false;
  collector.fault = () => ((asked = true), new Promise(() => {}));
  const held = await openTab("held");
  await held.evaluate(set);
  await until("the first tab to send", () => asked);
  const other = await openTab("other");
  await held.evaluate(`document.addEventListener("freeze", () => new BroadcastChannel("frozen").postMessage(1))`);
  await other.evaluate(`new BroadcastChannel("frozen").onmessage = () => (window.frozen = true)`);
  await held.send("Page.setWebLifecycleState", { state: "frozen" });
  await until("the first tab to be frozen", () => other.evaluate("window.frozen"));

  collector.fault = () => undefined;
  await other.evaluate(set);
  // The lease lasts 15 s; the rest is for the machine.
  await until("the other tab to deliver", () => collector.guest.attributes["other"] === true, { within: 17_000 });
});
