/** One contender in one scenario: a site, a collector of its own, and a browser context that outlives its pages. */
import { launchWithProfile } from "../../browser/support/chromium.mjs";
import { temporaryFolder } from "../../browser/support/folder.mjs";
import { until } from "../../browser/support/wait.mjs";
import { Collector } from "../support/collector.mjs";
import { startContender } from "../support/page.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} BrowserContext */
/**
 * @typedef {object} Scenario
 * @property {string} title
 * @property {string} bar what we hold ourselves to
 * @property {Record<string, number | string>} wanted what has to be with the server at the end
 * @property {number} [settle] milliseconds after the fault in which it may arrive, 30,000 unless said
 * @property {(trial: Trial) => Promise<Partial<Outcome> | void>} run plays it; ends when the fault has ended
 */
/**
 * @typedef {object} Outcome
 * @property {number} wanted
 * @property {number} delivered
 * @property {number} repeated effects beyond the first
 * @property {number} early requests inside a Retry-After window
 * @property {number} requests that could carry attributes
 * @property {number} messages
 * @property {number} kb of those requests' bodies
 * @property {number | null} seconds from `restored()` to the last delivery; null where something is missing
 * @property {string} [note]
 */

export class Trial {
  /** When what kept the contender from delivering was over. */
  #restored = Date.now();
  early = 0;

  /** @param {import("../../browser/support/scope.mjs").Scope} scope @param {string} site @param {string} name @param {Collector} collector @param {BrowserContext} context */
  constructor(scope, site, name, collector, context) {
    this.scope = scope;
    this.site = site;
    this.name = name;
    this.collector = collector;
    this.context = context;
  }

  /** @param {import("../../browser/support/scope.mjs").Scope} scope @param {import("playwright-core").Browser} browser @param {string} site @param {string} name */
  static async open(scope, browser, site, name) {
    return new Trial(scope, site, name, await Collector.start(scope), await browser.newContext());
  }

  /** A browser of its own, whose profile survives it. @returns {Promise<() => Promise<void>>} starts it again after its end */
  async ownBrowser() {
    const profile = await temporaryFolder(this.scope);
    const launch = async () => void (this.context = await launchWithProfile(this.scope, profile));
    await this.context.close();
    await launch();
    return launch;
  }

  /** A page in which the contender runs. */
  async page() {
    const page = await this.context.newPage();
    await page.goto(this.site);
    await this.start(page);
    return page;
  }

  /** @param {Page} page */
  async start(page) {
    await startContender(page, this.name, { collector: this.collector.origin, guest: "bench" });
  }

  /** Sets each attribute by a call of its own, and waits a second at most for those that say when they are kept. @param {Page} page @param {Record<string, number | string>} attributes @returns {Promise<number>} how many calls threw or were refused */
  set(page, attributes) {
    return page.evaluate(async (all) => {
      const contender = Reflect.get(window, "contender");
      let refused = 0;
      const kept = Object.entries(all).map(async ([key, value]) => {
        try {
          await contender.set(key, value);
        } catch {
          refused += 1;
        }
      });
      await Promise.race([Promise.all(kept), new Promise((resolve) => setTimeout(resolve, 1000))]);
      return refused;
    }, attributes);
  }

  /** Waits until a request has been refused; a contender that does not try within five seconds need not. */
  async refused() {
    await until("a refusal", () => this.collector.requests.some(({ status }) => status >= 400), { within: 5_000 }).catch(() => {});
  }

  /** From here on nothing stands in the way. */
  restored() {
    this.collector.fault = () => undefined;
    this.#restored = Date.now();
  }

  /** @param {Scenario} scenario @returns {Promise<Outcome>} */
  async outcome(scenario) {
    const { wanted, settle = 30_000 } = scenario;
    // A contender may hang its page.
    const own = await within(120_000, scenario.run(this), { note: "hangs" });
    const effects = Object.entries(wanted).map(([key, value]) => `${key}=${value}`);
    const delivered = () => effects.filter((effect) => this.collector.effects().has(effect)).length;
    const restored = this.#restored;
    const arrived = await until("all attributes", () => delivered() === effects.length, { within: settle }).catch(() => false);
    const seconds = arrived ? Math.max(0, Date.now() - restored) / 1000 : null;
    // What is sent once more is sent after a while.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const counts = this.collector.effects();
    const requests = this.collector.requests.filter(({ path, messages }) => messages > 0 || path.startsWith("/genesys/"));
    await within(5_000, this.context.close(), undefined);
    return {
      wanted: effects.length,
      delivered: delivered(),
      repeated: effects.reduce((sum, effect) => sum + Math.max(0, (counts.get(effect) ?? 0) - 1), 0),
      early: this.early,
      requests: requests.length,
      messages: requests.reduce((sum, { messages }) => sum + messages, 0),
      kb: requests.reduce((sum, { bytes }) => sum + bytes, 0) / 1000,
      seconds,
      ...own,
    };
  }
}

/** @param {number} count @param {string} [prefix] @returns {Record<string, number>} */
export const attributes = (count, prefix = "k") => Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, at]));

/** @template T, E @param {number} ms @param {Promise<T>} work @param {E} otherwise @returns {Promise<T | E>} */
function within(ms, work, otherwise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve(otherwise), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const unavailable = () => ({ status: 503 });

