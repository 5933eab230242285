/** One contender at one server, with a page in a browser context of its own. */
import { dispatchSync, stopServiceWorkers } from "../../browser/support/devtools.mjs";
import { until } from "../../browser/support/wait.mjs";
import { FIELDS } from "./contenders.mjs";
import { Server } from "./server.mjs";

/** @typedef {{ status: number, ms: number }} Answered status 0: the page's request failed */
/** @typedef {import("./contenders.mjs").Contender} Contender */
/** @typedef {{ scope: import("../../browser/support/scope.mjs").Scope, browser: import("playwright-core").Browser, files: Map<string, Buffer>, keySet: object }} World */

export class Trial {
  /** What was posted last. @type {Map<string, Record<string, string>>} */
  wanted = new Map();
  /** @type {Answered[]} */
  answers = [];

  /** @param {Server} server @param {Contender} contender @param {import("playwright-core").Page} page */
  constructor(server, contender, page) {
    this.server = server;
    this.contender = contender;
    this.page = page;
  }

  /** @param {World} world @param {Contender} contender */
  static async open({ scope, browser, files, keySet }, contender) {
    const server = await Server.start(scope, contender, files, keySet);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.origin);
    if (contender.script) {
      await page.evaluate(async (ours) => {
        if (ours) await (await import(/** @type {string} */ ("/guestsync/index.js"))).registerGuestWorker("/sw.js");
        else await navigator.serviceWorker.register("/sw.js");
        await navigator.serviceWorker.ready;
        while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 10));
      }, contender.name === "guestsync");
    }
    return new Trial(server, contender, page);
  }

  /** The form of a guest. @param {string} guest @param {number | string} nth */
  static form(guest, nth) {
    return { guestId: guest, ...Object.fromEntries(FIELDS.map((name) => [name, `${name}-canary-${nth}@example.org`])) };
  }

  /** Posts a form from the page. @param {string} guest @param {number | string} [nth] @returns {Promise<Answered>} */
  async post(guest, nth = 0) {
    const { guestId, ...fields } = Trial.form(guest, nth);
    this.wanted.set(guestId, fields);
    const answer = await this.page.evaluate(async (form) => {
      const from = performance.now();
      const headers = { authorization: "Bearer capability-canary" };
      const { status } = await fetch("/api/profile-sync", { method: "POST", headers, body: new URLSearchParams(form) }).catch(() => ({ status: 0 }));
      return { status, ms: performance.now() - from };
    }, { guestId, ...fields });
    this.answers.push(answer);
    return answer;
  }

  /** How many guests' profiles hold what was posted last. */
  async delivered() {
    let count = 0;
    for (const [guest, fields] of this.wanted) {
      const profile = await this.server.profile(guest);
      count += Number(Object.entries(fields).every(([name, value]) => profile[name] === value));
    }
    return count;
  }

  /** Seconds until everything is delivered; null where it is not in time. @param {number} within milliseconds */
  async drained(within) {
    const from = performance.now();
    const all = async () => (await this.delivered()) === this.wanted.size;
    return until("the queue to drain", all, { within, every: 50 }).then(() => (performance.now() - from) / 1000, () => null);
  }

  stop() {
    return stopServiceWorkers(this.page);
  }

  /** The browser says that it is online again, where the contender asked to be told. */
  async sync() {
    if (!this.contender.sync) return;
    await dispatchSync(this.page, this.server.origin, this.contender.sync);
  }

  /** What of the canaries can be read in the browser's storage. @returns {Promise<string[]>} */
  async readable() {
    const stored = await this.page.evaluate(async () => {
      const all = [JSON.stringify(localStorage)];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) all.push(request.url, (await (await cache.match(request))?.text()) ?? "");
      }
      const done = (/** @type {IDBRequest} */ request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const text = async (/** @type {unknown} */ value) => {
        /** @type {string[]} */
        const parts = [];
        const walk = async (/** @type {unknown} */ each) => {
          if (each instanceof ArrayBuffer) parts.push(new TextDecoder().decode(each));
          else if (each instanceof Blob) parts.push(await each.text());
          else if (each && typeof each === "object") for (const [key, inner] of Object.entries(each)) (parts.push(key), await walk(inner));
          else parts.push(String(each));
        };
        await walk(value);
        return parts.join(" ");
      };
      for (const { name = "" } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
          for (const row of await done(database.transaction(store).objectStore(store).getAll())) all.push(await text(row));
        }
        database.close();
      }
      return decodeURIComponent(all.join("\n").replace(/%(?![0-9a-f]{2})/gi, ""));
    });
    return [stored.includes("email-canary") && "email", stored.includes("capability-canary") && "token"].filter((found) => found !== false);
  }

  async close() {
    await this.page.context().close();
    await this.server.down().catch(() => {});
  }
}
