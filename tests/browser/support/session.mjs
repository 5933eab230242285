/** A page with a guest session, as a site would have one. */

/**
 * Opens a page of the gateway's and starts a session there; the browser then holds its cookie.
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} origin the gateway's
 * @param {string} [path] which page
 * @returns {Promise<{ page: import("playwright-core").Page, guestId: string }>}
 */
export async function startSession(context, origin, path = "/healthz") {
  const page = await context.newPage();
  await page.goto(origin + path);
  const guestId = await page.evaluate(async () => {
    const body = JSON.stringify({ sessionId: crypto.randomUUID(), consentGiven: true, consentType: "explicit" });
    const answer = await fetch("/api/webchat/init", { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!answer.ok) throw new Error(`init: ${answer.status} ${await answer.text()}`);
    return (await answer.json()).guestId;
  });
  return { page, guestId };
}

/**
 * Opens the page SDK in a page, as `window.guest`, and waits until it is there where a guest is given: what is set before its wasm has
 * loaded is in memory only. Its storage events come together in `window.storageEvents`.
 * @param {import("playwright-core").Page} page
 * @param {Record<string, unknown>} options of `createGuestSync`; a service purpose is granted unless they say otherwise
 */
export async function openGuestSync(page, options) {
  await beginGuestSync(page, options);
  if ("guest" in options) await page.evaluate(async () => void (await Reflect.get(window, "guest").ready));
}

/** The same without waiting for the wasm. @param {import("playwright-core").Page} page @param {Record<string, unknown>} options */
export async function beginGuestSync(page, options) {
  await page.evaluate(async (given) => {
    const { createGuestSync } = await import(/** @type {string} */ ("/guestsync/index.js"));
    const guest = createGuestSync({ consent: { service: true }, ...given });
    // Listened to from the first moment on: storage that refuses is told once, perhaps before anything is set.
    /** @type {unknown[]} */
    const storageEvents = [];
    guest.on("storage", (/** @type {unknown} */ event) => storageEvents.push(event));
    Object.assign(window, { guest, storageEvents });
  }, options);
}
