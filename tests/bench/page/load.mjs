/** Load and execute: the main thread's time from the script's text to the return of the first `set`. */
import { withPage } from "../support/page.mjs";

/**
 * @param {import("../support/page.mjs").World} world
 * @param {import("../support/contenders.mjs").Contender} contender
 * @param {import("../peers/peer.js").PeerOptions} options
 * @returns {Promise<{ firstSet: number, settled: number }>} milliseconds; `settled`: all the main thread's work until a second later
 */
export function load(world, { script }, options) {
  return withPage(world, async (page) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Performance.enable");
    const busy = async () => (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN;
    // The text is there before the clock starts: what is measured is the script, not the network of this machine.
    await page.evaluate((text) => void Object.assign(window, { text }), script);
    const before = await busy();
    const firstSet = await page.evaluate((given) => {
      const tag = document.createElement("script");
      tag.textContent = Reflect.get(window, "text");
      const started = performance.now();
      document.head.append(tag);
      Reflect.get(window, "Peer").start(given).set("first", 1);
      return performance.now() - started;
    }, options);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { firstSet, settled: ((await busy()) - before) * 1000 };
  });
}
