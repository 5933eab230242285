/** What only the DevTools protocol can do to a page and its worker. */
import { until } from "./wait.mjs";

/**
 * Stops every service worker of the page's browser context, as the browser does when one is idle, and waits until all have
 * stopped. The browser may start one again at once, for an event that the stop has cut short.
 * @param {import("playwright-core").Page} page
 */
export async function stopServiceWorkers(page) {
  const devtools = await page.context().newCDPSession(page);
  /** @type {Set<string>} */
  const known = new Set();
  /** @type {Set<string>} */
  const running = new Set();
  devtools.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
    for (const { versionId, runningStatus } of versions) {
      if (runningStatus === "stopped") running.delete(versionId);
      else if (!known.has(versionId)) running.add(versionId);
      known.add(versionId);
    }
  });
  await devtools.send("ServiceWorker.enable");
  await until("a service worker to be known", () => known.size > 0);
  await devtools.send("ServiceWorker.stopAllWorkers");
  await until("the service workers to stop", () => running.size === 0);
  await devtools.detach();
}

/**
 * Kills the page's renderer process, as a crash does: no `pagehide`, no `beforeunload`.
 * @param {import("playwright-core").Page} page
 */
export async function crash(page) {
  const devtools = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  // The call has no answer: who would give it is gone.
  devtools.send("Page.crash").catch(() => {});
  await crashed;
}

/** Bytes that a site may store which has room. */
const ROOM = 4_000_000;

/**
 * Has a site's storage full and with room by turns. To be called before anything is stored there: the browser does not look again for
 * half a minute where it has once seen gigabytes.
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} origin
 * @returns {Promise<{ full: (page: import("playwright-core").Page) => Promise<void>, room: () => Promise<void> }>} `page`: one of the site's
 */
export async function limitStorage(context, origin) {
  // What it says holds as long as this page.
  const keeper = await context.newPage();
  const devtools = await context.newCDPSession(keeper);
  const limit = (/** @type {number} */ quotaSize) => devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
  await limit(ROOM);
  return {
    async full(page) {
      await limit(1);
      // More than the browser believes to be free makes it look.
      await until("storage to be full", async () => (await write(page, ROOM)) === "QuotaExceededError");
    },
    room: async () => void (await limit(ROOM)),
  };
}

/** How an attempt to store so much ends. @param {import("playwright-core").Page} page @param {number} bytes @returns {Promise<string>} */
function write(page, bytes) {
  return page.evaluate(
    (bytes) =>
      new Promise((resolve) => {
        const opening = indexedDB.open("much");
        opening.onupgradeneeded = () => void opening.result.createObjectStore("much");
        opening.onerror = () => resolve(`${opening.error?.name}`);
        opening.onsuccess = () => {
          const database = opening.result;
          const transaction = database.transaction("much", "readwrite");
          const end = (/** @type {string} */ how) => (database.close(), resolve(how));
          transaction.oncomplete = () => end("stored");
          transaction.onabort = () => end(`${transaction.error?.name}`);
          transaction.objectStore("much").put("x".repeat(bytes), "much");
        };
      }),
    bytes,
  );
}

/**
 * Ends the whole browser at once (SIGKILL), so that nothing is flushed to its profile any more.
 * @param {import("playwright-core").BrowserContext} context
 */
export async function killBrowser(context) {
  const browser = context.browser();
  if (!browser) throw new Error("this context has no browser of its own");
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  const gone = new Promise((resolve) => browser.once("disconnected", resolve));
  for (const { type, id } of processInfo) if (type === "browser") process.kill(id, "SIGKILL");
  await gone;
}

/**
 * Takes Background Sync away from the pages of this browser context, as other engines do not have it.
 * @param {import("playwright-core").Page} page
 * @param {string} origin
 */
export async function denySync(page, origin) {
  const browser = page.context().browser();
  if (!browser) throw new Error("this context has no browser of its own");
  const target = await page.context().newCDPSession(page);
  const { browserContextId } = (await target.send("Target.getTargetInfo")).targetInfo;
  const devtools = await browser.newBrowserCDPSession();
  const denied = /** @type {const} */ ({ permission: { name: "background-sync" }, setting: "denied", origin });
  await devtools.send("Browser.setPermission", browserContextId === undefined ? denied : { ...denied, browserContextId });
  await Promise.all([target.detach(), devtools.detach()]);
}

/**
 * Has the browser tell the site's worker that it is online, as Background Sync does.
 * @param {import("playwright-core").Page} page
 * @param {string} origin
 * @param {string} tag
 */
export async function dispatchSync(page, origin, tag) {
  const devtools = await page.context().newCDPSession(page);
  /** @type {string | undefined} */
  let registrationId;
  devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    registrationId = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin))?.registrationId ?? registrationId;
  });
  await devtools.send("ServiceWorker.enable");
  registrationId = await until("the registration", () => registrationId);
  await devtools.send("ServiceWorker.dispatchSyncEvent", { origin, registrationId, tag, lastChance: false });
  await devtools.detach();
}
