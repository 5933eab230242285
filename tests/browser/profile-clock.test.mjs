/** R12: a worker whose clock is a day off asks for a capability as often as one whose clock is right. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { postByFetch } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const script = await readFile(new URL("../../dist/npm/guestsync-sw.js", import.meta.url), "utf8");

/** Both clocks are a day off, or as they are; the monotonic one can be put forward. @param {number} days */
const clocks = (days) => `
  const { now } = Date;
  Date.now = () => now() + ${days * 86_400_000};
  let passed = 0;
  const mono = performance.now.bind(performance);
  performance.now = () => mono() + passed;
  addEventListener("message", ({ data, ports }) => {
    if (data.passed === undefined) return;
    passed = data.passed;
    ports[0].postMessage(true);
  });`;

for (const [days, name] of /** @type {const} */ ([[-1, "a day slow"], [1, "a day fast"]])) {
  test(`a worker whose clock is ${name} uses a capability as long as it lives, and no longer`, async () => {
    const context = await browser.newContext();
    const own = `${clocks(days)}\nimportScripts("/guestsync-sw.js");\nguestsyncWorker.start({ attributes: false });`;
    for (const [path, body] of Object.entries({ "/own.js": own, "/guestsync-sw.js": script })) {
      await context.route(gateway.origin + path, (route) => route.fulfill({ body, contentType: "text/javascript" }));
    }
    let asked = 0;
    context.on("request", (request) => (asked += request.url().endsWith("/api/token") ? 1 : 0));
    const { page, guestId } = await startSession(context, gateway.origin);
    await page.evaluate(async () => {
      const { registerGuestWorker } = await import(/** @type {string} */ ("/guestsync/index.js"));
      await registerGuestWorker("/own.js");
    });
    // The gateway's capabilities live five minutes.
    for (const [seconds, tokens] of /** @type {const} */ ([[0, 1], [200, 1], [400, 2]])) {
      await page.evaluate(
        (passed) =>
          new Promise((resolve) => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = resolve;
            navigator.serviceWorker.controller?.postMessage({ passed }, [port2]);
          }),
        seconds * 1_000,
      );
      const email = `after-${seconds}@example.org`;
      const answer = await postByFetch(page, "urlencoded", { guestId, email });
      assert.deepEqual([answer.status, answer.byWorker, asked], [200, true, tokens], `after ${seconds} s`);
      assert.equal((await sandbox.opened(guestId))["/email"], email);
    }
  });
}
