/** One worker that has Workbox's routes and our forms. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { build } from "esbuild";
import { at } from "../../scripts/lib/paths.mjs";
import { launchChromium } from "../browser/support/chromium.mjs";
import { postByFetch } from "../browser/support/forms.mjs";
import { startGateway } from "../browser/support/gateway.mjs";
import { Sandbox } from "../browser/support/sandbox.mjs";
import { startSession } from "../browser/support/session.mjs";

const file = { after };
const gateway = await startGateway(file);
const browser = await launchChromium(file);

const worker = (/** @type {string} */ wasm) => `
  import { registerRoute, setCatchHandler, setDefaultHandler } from "workbox-routing";
  import { serveProfileForms } from "guestsync/sw";

  serveProfileForms({ wasm: ${JSON.stringify(wasm)} });
  registerRoute(({ url }) => url.pathname === "/hello", async () => new Response("hello by Workbox"));
  registerRoute(({ url }) => url.pathname.startsWith("/api/"), async () => new Response("a route that takes all posts", { status: 418 }), "POST");
  setDefaultHandler(({ request }) => fetch(request));
  setCatchHandler(async () => Response.error());`;

test("forms are answered by us, everything else by Workbox, whose routes would take them all", async () => {
  const wasm = /worker\.[0-9a-f]+\.wasm/.exec(await (await fetch(`${gateway.origin}/sw.js`)).text())?.[0];
  const { outputFiles } = await build({
    stdin: { contents: worker(`/guestsync/${wasm}`), resolveDir: at("tests/packaging") },
    alias: { "guestsync/sw": at("dist/npm/sw.js") },
    define: { "process.env.NODE_ENV": '"production"' },
    bundle: true,
    format: "esm",
    write: false,
  });
  const context = await browser.newContext();
  await context.route(`${gateway.origin}/own.js`, (route) => route.fulfill({ body: outputFiles[0]?.text ?? "", contentType: "text/javascript" }));
  const { page, guestId } = await startSession(context, gateway.origin);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/own.js", { type: "module" });
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  assert.equal(await page.evaluate(async () => (await fetch("/hello")).text()), "hello by Workbox");
  assert.equal(await page.evaluate(async () => (await fetch("/api/other", { method: "POST" })).status), 418);
  const answer = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.deepEqual([answer.status, answer.body, answer.byWorker], [200, { status: "synced", guestId }, true]);
  assert.deepEqual(await new Sandbox(gateway.origin).opened(guestId), { "/email": "ada@example.org" });
});
