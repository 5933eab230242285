/** A page of a fresh browser context in which a contender is about to run. */

/** @typedef {import("./contenders.mjs").Contender} Contender */
/** @typedef {{ site: string, browser: import("playwright-core").Browser }} World */

/**
 * Opens an empty page, does something with it, and closes its context.
 * @template T
 * @param {World} world
 * @param {(page: import("playwright-core").Page) => Promise<T>} act
 * @param {() => void} [before] runs in the page before everything else
 * @returns {Promise<T>}
 */
export async function withPage({ browser, site }, act, before) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    if (before) await page.addInitScript(before);
    await page.goto(site);
    return await act(page);
  } finally {
    await context.close();
  }
}

/** Loads and starts a contender as `window.contender`. @param {import("playwright-core").Page} page @param {string} name @param {import("../peers/peer.js").PeerOptions} options */
export async function startContender(page, name, options) {
  await page.addScriptTag({ url: `/${name}.js` });
  await page.evaluate(async (given) => {
    const contender = Reflect.get(window, "Peer").start(given);
    Object.assign(window, { contender });
    // One that is never ready is used all the same.
    await Promise.race([contender.ready, new Promise((resolve) => setTimeout(resolve, 5000))]);
  }, options);
}

/** Counts the bytes that are written to storage, in a page. It takes its time: what is timed is not counted. */
export function countStorage() {
  Object.assign(window, { storageBytes: 0 });
  const size = (/** @type {unknown} */ value) => new Blob([typeof value === "string" ? value : (JSON.stringify(value) ?? "")]).size;
  const count = (/** @type {object} */ prototype, /** @type {string} */ name) => {
    const original = Reflect.get(prototype, name);
    /** @this {unknown} @param {unknown[]} given */
    function counted(...given) {
      const bytes = given.reduce((/** @type {number} */ sum, value) => sum + size(value), 0);
      Object.assign(window, { storageBytes: Reflect.get(window, "storageBytes") + bytes });
      return Reflect.apply(original, this, given);
    }
    Reflect.set(prototype, name, counted);
  };
  count(Storage.prototype, "setItem");
  count(IDBObjectStore.prototype, "put");
  count(IDBObjectStore.prototype, "add");
}

/** Keeps the long tasks of a page. */
export function watchTasks() {
  /** @type {{ start: number, end: number }[]} */
  const longTasks = [];
  Object.assign(window, { longTasks });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ start: startTime, end: startTime + duration });
  }).observe({ type: "longtask", buffered: true });
}
