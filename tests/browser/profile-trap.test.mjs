/** A worker whose wasm traps: its instance is replaced, the queue survives, and the gateway answers the form that was under way. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, beforeEach, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { postByFetch } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
beforeEach(() => sandbox.setFaults({ seed: 1, rules: [] }));

/**
 * Counts the instances of the worker's wasm; as many calls as it is told are given a message that lies outside of their memory: one, that
 * of the next form that arrives (of what else is told then, nobody knows when it comes); more, whatever is told.
 */
const trapping = `
  const { Instance } = WebAssembly;
  let instances = 0;
  let left = 0;
  WebAssembly.Instance = class {
    constructor(module, imports) {
      const { exports } = new Instance(module, imports);
      if ("open" in exports) return { exports };
      instances += 1;
      const text = (pointer, length) => new TextDecoder().decode(new Uint8Array(exports.memory.buffer, pointer, length));
      // The number of "arrived", and its length before it.
      const isForm = ([pointer, length]) => /^1,.*\\n1/.test(text(pointer >>> 0, length));
      const tell = (...given) => (left > 0 && (left > 1 || isForm(given)) && left-- ? exports.tell(0x7fff0000, 1000, ...given.slice(2)) : exports.tell(...given));
      return { exports: { ...exports, tell } };
    }
  };
  addEventListener("message", ({ data, ports }) => {
    if (data.traps !== undefined) left = data.traps;
    if (data.traps !== undefined) ports[0].postMessage(instances);
  });`;

async function openPage() {
  const context = await browser.newContext();
  const script = await readFile(new URL("../../dist/npm/guestsync-sw.js", import.meta.url), "utf8");
  const own = `${trapping}\nimportScripts("/guestsync-sw.js");\nguestsyncWorker.start({ attributes: false });`;
  for (const [path, body] of Object.entries({ "/own.js": own, "/guestsync-sw.js": script })) {
    await context.route(gateway.origin + path, (route) => route.fulfill({ body, contentType: "text/javascript" }));
  }
  const { page, guestId } = await startSession(context, gateway.origin);
  await page.evaluate(async () => {
    const { registerGuestWorker } = await import(/** @type {string} */ ("/guestsync/index.js"));
    await registerGuestWorker("/own.js");
  });
  return { context, page, guestId };
}

/** Has so many of the next calls trap; gives how many instances there were so far. @param {import("playwright-core").Page} page @param {number} traps @returns {Promise<number>} */
function trap(page, traps) {
  return page.evaluate(
    (traps) =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        navigator.serviceWorker.controller?.postMessage({ traps }, [port2]);
      }),
    traps,
  );
}

test("a form whose call traps is answered by the gateway, and what waited is delivered by the next instance", async () => {
  const { page, guestId } = await openPage();
  await sandbox.setFaults({ seed: 1, rules: [{ calls: ["P1"], effect: { kind: "status", status: 503 } }] });
  const queued = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.deepEqual([queued.status, queued.byWorker], [202, true]);
  await sandbox.setFaults({ seed: 1, rules: [] });

  assert.equal(await trap(page, 1), 1);
  const answer = await postByFetch(page, "urlencoded", { guestId, name: "Ada" });
  assert.deepEqual([answer.status, answer.body], [200, { status: "synced", guestId }]);
  await until("what waited to be delivered", async () => (await sandbox.opened(guestId))["/email"] === "ada@example.org");
  assert.equal((await sandbox.opened(guestId))["/name"], "Ada");

  const next = await postByFetch(page, "urlencoded", { guestId, phone: "+1 555 0100" });
  assert.deepEqual([next.status, next.byWorker], [200, true]);
  assert.equal(await trap(page, 0), 2, "one instance for each trap");
});

test("without a network the form whose call traps is answered with a code, and nothing that waits is lost", async () => {
  const { context, page, guestId } = await openPage();
  await postByFetch(page, "urlencoded", { guestId, name: "Ada" });
  await context.setOffline(true);
  const queued = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.equal(queued.status, 202);
  await trap(page, 1);
  const answer = await postByFetch(page, "urlencoded", { guestId, name: "Lovelace" });
  assert.deepEqual([answer.status, answer.body.error.code], [503, "worker.unavailable"]);
  await context.setOffline(false);
  const next = await postByFetch(page, "urlencoded", { guestId, phone: "+1 555 0100" });
  assert.equal(next.byWorker, true);
  await until("what waited to be delivered", async () => (await sandbox.opened(guestId))["/email"] === "ada@example.org");
  assert.equal((await sandbox.opened(guestId))["/name"], "Ada");
});

test("a wasm that traps whatever it is told is given up, and the gateway answers every form", async () => {
  const { page, guestId } = await openPage();
  await trap(page, 1_000_000);
  for (const name of ["one", "two", "three"]) {
    const answer = await postByFetch(page, "urlencoded", { guestId, name });
    assert.deepEqual([answer.status, answer.body], [200, { status: "synced", guestId }]);
  }
  assert.ok((await trap(page, 0)) <= 4, "there is no loop");
  assert.deepEqual(await sandbox.opened(guestId), { "/name": "three" });
});
