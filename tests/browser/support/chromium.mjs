/** Debian's Chromium, or the one that `CHROMIUM` names, driven by playwright-core. */
import { chromium } from "playwright-core";
import { atEnd } from "./scope.mjs";

export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Headless is Playwright's own flag; the rest keeps the browser from talking to anything but the test. */
export const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/**
 * A browser whose every context starts empty.
 * @param {import("./scope.mjs").Scope} scope
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchChromium(scope) {
  const browser = await chromium.launch({ executablePath, args });
  atEnd(scope, () => browser.close());
  return browser;
}

/**
 * A browser that keeps its storage in a folder, so that it can be ended and started again.
 * @param {import("./scope.mjs").Scope} scope
 * @param {string} profile the folder
 * @returns {Promise<import("playwright-core").BrowserContext>}
 */
export async function launchWithProfile(scope, profile) {
  const context = await chromium.launchPersistentContext(profile, { executablePath, args });
  atEnd(scope, () => context.close());
  return context;
}
