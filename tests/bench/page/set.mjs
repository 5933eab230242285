/** One `set` beside what is stored already, the design document's algorithm and one `localStorage.setItem`. */
import { until } from "../../browser/support/wait.mjs";
import { Collector } from "../support/collector.mjs";
import { startContender, withPage } from "../support/page.mjs";

/** How many calls are timed; their mean is the figure, for the clock counts in steps of 5 µs. */
const calls = 300;

/** @typedef {{ call: number, task: number }} Cost microseconds: inside the call, and until its microtasks have run */

/**
 * Calls in a task each.
 * @param {import("../support/page.mjs").World} world
 * @param {import("../../browser/support/scope.mjs").Scope} scope
 * @param {"guestsync" | "document"} name
 * @param {number} sessions how many have something stored
 * @returns {Promise<Cost>}
 */
export async function single(world, scope, name, sessions) {
  const collector = await Collector.start(scope);
  return withPage(world, async (page) => {
    if (name === "document") await page.evaluate(fillDocument, sessions);
    else await fillOurs(page, collector, sessions);
    await startContender(page, name, { collector: collector.origin, guest: "bench" });
    return page.evaluate(async (calls) => {
      const { contender } = /** @type {any} */ (window);
      const { port1, port2 } = new MessageChannel();
      const nextTask = () => new Promise((resolve) => ((port1.onmessage = resolve), port2.postMessage(0)));
      let call = 0;
      let task = 0;
      for (let at = -50; at < calls; at++) {
        await nextTask();
        const from = performance.now();
        contender.set(`k${(at + 50) % 20}`, `value ${at}`);
        const returned = performance.now();
        for (let turn = 0; turn < 20; turn++) await undefined;
        if (at < 0) continue;
        call += returned - from;
        task += performance.now() - from;
      }
      return { call: (call / calls) * 1000, task: (task / calls) * 1000 };
    }, calls);
  });
}

/** The document keeps a whole guest in one entry. @param {number} sessions */
function fillDocument(sessions) {
  const attributes = { firstName: "Alex", preferredLanguage: "en-US", ticketNumber: "TCK-99281" };
  const update = { attributes, consentFlags: { marketingConsent: true, dataProcessingConsent: true }, lastSynced: Date.now() };
  const state = Object.fromEntries(Array.from({ length: sessions }, (_, at) => [`00000000-0000-4000-8000-${String(at).padStart(12, "0")}`, update]));
  localStorage.setItem("document/state", JSON.stringify(state));
}

/** What one guest leaves in the journal while the server refuses it, once for each of so many guests. @param {import("playwright-core").Page} page @param {Collector} collector @param {number} sessions */
async function fillOurs(page, collector, sessions) {
  collector.fault = () => ({ status: 503 });
  await startContender(page, "guestsync", { collector: collector.origin, guest: "seed0000" });
  await page.evaluate(() => {
    const { contender } = /** @type {any} */ (window);
    return Promise.all([contender.set("firstName", "Alex"), contender.set("preferredLanguage", "en-US"), contender.set("ticketNumber", "TCK-99281")]);
  });
  await until("a refusal", () => collector.requests.length > 0);
  const rows = await page.evaluate(async (sessions) => {
    const opened = (/** @type {IDBRequest} */ request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await opened(indexedDB.open("guestsync"));
    const store = database.transaction("records", "readwrite").objectStore("records");
    const keys = await opened(store.getAllKeys());
    const values = await opened(store.getAll());
    for (let at = 1; at < sessions; at++) {
      const owner = `seed${String(at).padStart(4, "0")}`;
      keys.forEach((/** @type {string} */ key, /** @type {number} */ row) => store.put(values[row], key.replace("seed0000", owner)));
    }
    return (await opened(store.getAllKeys())).length / keys.length;
  }, sessions);
  if (rows !== sessions) throw new Error(`${rows} sessions are stored instead of ${sessions}`);
  collector.fault = () => undefined;
  await page.goto(`${new URL(page.url()).origin}/?again`);
}

/**
 * A burst of 1,000 calls, each of a key of its own, beside 1,000 `localStorage.setItem` of the same bytes.
 * @param {import("../support/page.mjs").World} world
 * @param {import("../../browser/support/scope.mjs").Scope} scope
 * @returns {Promise<{ call: number, task: number, setItem: number }>} microseconds each
 */
export async function inBurst(world, scope) {
  const collector = await Collector.start(scope);
  return withPage(world, async (page) => {
    await startContender(page, "guestsync", { collector: collector.origin, guest: "bench" });
    return page.evaluate(async () => {
      const { contender } = /** @type {any} */ (window);
      await contender.set("warm", "value");
      const value = "value ".repeat(8);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const from = performance.now();
      for (let at = 0; at < 1000; at++) contender.set(`key${at}`, value);
      const returned = performance.now();
      for (let turn = 0; turn < 20; turn++) await undefined;
      const task = performance.now() - from;
      await new Promise((resolve) => setTimeout(resolve, 500));
      const before = performance.now();
      for (let at = 0; at < 1000; at++) localStorage.setItem(`key${at}`, value);
      return { call: returned - from, task, setItem: performance.now() - before };
    });
  });
}
