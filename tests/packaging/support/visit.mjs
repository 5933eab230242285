/** A visit to a page of an application. */
import assert from "node:assert/strict";

/**
 * Opens the page with the collector and a guest in its address, and waits until the application has sent what it set.
 * @param {import("playwright-core").Browser} browser
 * @param {string} site
 * @param {string} collector
 * @returns {Promise<import("playwright-core").Page>} at which nothing broke the site's policy
 */
export async function visit(browser, site, collector) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript(() => addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => console.error(`${violatedDirective}: ${blockedURI}`)));
  await page.goto(`${site}/?${new URLSearchParams({ collector, guest: "test" })}`);
  const flushed = await page.evaluate(() => Reflect.get(window, "flushed"));
  assert.deepEqual({ flushed, complaints }, { flushed: { delivered: 1, pending: 0, held: 0 }, complaints: [] });
  return page;
}
