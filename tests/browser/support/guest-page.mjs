/** A page with the SDK in it, as `window.guest`, and what is done with it. */
import { openGuestSync, startSession } from "./session.mjs";

/**
 * A page with a guest, in a browser context of its own, and what its console said.
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin the gateway's
 * @param {Record<string, unknown>} options of `createGuestSync`
 * @param {() => void} [before] runs in the page before anything else
 */
export async function openGuestPage(browser, origin, options, before) {
  const context = await browser.newContext();
  if (before) await context.addInitScript(before);
  const { page, guestId } = await startSession(context, origin);
  /** @type {string[]} */
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await openGuestSync(page, { guest: guestId, ...options });
  return { context, page, guestId, said };
}

/**
 * Runs in the page.
 * @template T
 * @param {import("playwright-core").Page} page
 * @param {(guest: import("../../../www/src/index.js").GuestSync) => Promise<T> | T} act
 * @returns {Promise<T>}
 */
export const withGuest = (page, act) => page.evaluate(`(${act})(window.guest)`);
