/** 1,000 calls of `set` in one task: what they cost the page, the storage and the network. */
import { until } from "../../browser/support/wait.mjs";
import { Collector } from "../support/collector.mjs";
import { countStorage, startContender, watchTasks, withPage } from "../support/page.mjs";

/** @typedef {{ calls: number, longTask: number }} Cost milliseconds inside the calls, and of long tasks after them: what follows them in their own task is one if it lasts 50 ms */
/** @typedef {{ storage: number, messages: number, bytes: number }} Traffic bytes written; what was sent (an event of a tracker, an attribute of an update), and the bytes of those requests' bodies */
/** @typedef {import("../support/page.mjs").World} World */
/** @typedef {import("../../browser/support/scope.mjs").Scope} Scope */

/** @param {World} world @param {Scope} scope @param {string} name @param {number} keys over how many keys the updates go @returns {Promise<Cost>} */
export function burstCost(world, scope, name, keys) {
  return run(world, scope, name, keys, watchTasks, (page, { from, to }) =>
    page.evaluate(
      ({ from, to }) => {
        const tasks = /** @type {{ start: number, end: number }[]} */ (Reflect.get(window, "longTasks"));
        const after = tasks.map(({ start, end }) => end - Math.max(start, to)).filter((ms) => ms >= 50);
        return { calls: to - from, longTask: after.reduce((sum, ms) => sum + ms, 0) };
      },
      { from, to },
    ),
  );
}

/** @param {World} world @param {Scope} scope @param {string} name @param {number} keys @returns {Promise<Traffic>} */
export function burstTraffic(world, scope, name, keys) {
  return run(world, scope, name, keys, countStorage, async (page, { collector }) => {
    const sent = collector.requests.filter(({ messages }) => messages > 0);
    const sum = (/** @type {"messages" | "bytes"} */ what) => sent.reduce((total, request) => total + request[what], 0);
    const storage = await page.evaluate(() => Number(Reflect.get(window, "storageBytes")));
    return { storage, messages: sum("messages"), bytes: sum("bytes") };
  });
}

/**
 * Makes the calls in one task of a page that has been at rest, waits until the collector has it all, and looks.
 * @template T
 * @param {World} world @param {Scope} scope @param {string} name @param {number} keys @param {() => void} before
 * @param {(page: import("playwright-core").Page, burst: { from: number, to: number, collector: Collector }) => Promise<T>} look
 */
async function run(world, scope, name, keys, before, look) {
  const collector = await Collector.start(scope);
  const act = async (/** @type {import("playwright-core").Page} */ page) => {
    await startContender(page, name, { collector: collector.origin, guest: "bench" });
    await page.evaluate(() => void Reflect.get(window, "contender").set("warm", 1));
    await until(`the first attribute of ${name}`, () => collector.effects().has("warm=1"));
    collector.requests = [];
    const { from, to } = await page.evaluate(
      (keys) =>
        /** @type {Promise<{ from: number, to: number }>} */ (
          new Promise((resolve) =>
            setTimeout(() => {
              const contender = Reflect.get(window, "contender");
              Object.assign(window, { storageBytes: 0 });
              const from = performance.now();
              for (let at = 0; at < 1000; at++) contender.set(`k${at % keys}`, `value ${at}`);
              resolve({ from, to: performance.now() });
            }, 200),
          )
        ),
      keys,
    );
    const last = Array.from({ length: keys }, (_, at) => `k${at}=value ${1000 - keys + at}`);
    await until(`all attributes of ${name}`, () => last.every((effect) => collector.effects().has(effect)), { within: 120_000, every: 100 });
    return look(page, { from, to, collector });
  };
  return withPage(world, act, before);
}
