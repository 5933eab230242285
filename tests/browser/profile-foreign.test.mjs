/** Forms of other sites: the worker must not answer them, because its own requests carry this site's cookies. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, describe, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { navigateByForm, openFormPage, submitForm } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSite } from "./support/site.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const action = `${gateway.origin}/api/profile-sync`;

const policies = ["", "no-referrer", "unsafe-url", "origin", "same-origin"];
const pages = policies.map((policy) => [`/${policy}`, `<!doctype html><meta name="referrer" content="${policy}"><body>`]);
const site = await startSite(file, Object.fromEntries(pages));
/** Another port is another origin of the same site; another name of this machine is another site. */
const foreign = { "another port": site, "another site": site.replace("127.0.0.1", "localhost") };

/** @typedef {import("playwright-core").Page} Page */

/**
 * Posts from wherever `post` does it, and checks that nothing came of it.
 * @param {(page: Page, fields: Record<string, string>) => Promise<import("playwright-core").Response>} post
 */
async function assertUnanswered(post) {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  /** @type {string[]} */
  const asked = [];
  context.on("request", (request) => asked.push(request.url()));
  const before = (await sandbox.requests()).length;
  const response = await post(page, { guestId, name: "canary of another site" });
  assert.equal(response.fromServiceWorker(), false, "the worker must not answer");
  assert.equal(response.status(), 403);
  // The worker is alive and would have had time: it answers this site's own form right after.
  await page.goto(`${gateway.origin}/healthz`);
  assert.ok((await navigateByForm(page, { guestId, name: "our own" })).fromServiceWorker());
  assert.equal(asked.filter((url) => url.endsWith("/api/token")).length, 1, "one capability, for our own form");
  const patches = (await sandbox.requests()).slice(before).filter(({ method }) => method === "PATCH");
  assert.equal(patches.length, 1, "one patch, for our own form");
  assert.deepEqual(await sandbox.opened(guestId), { "/name": "our own" });
  await context.close();
}

for (const [where, origin] of Object.entries(foreign)) {
  describe(`a form on ${where}`, () => {
    for (const policy of policies) {
      test(`is not answered (referrer policy "${policy}")`, () =>
        assertUnanswered(async (page, fields) => {
          await page.goto(`${origin}/${policy}`);
          return navigateByForm(page, fields, { action });
        }));

      test(`is not answered when it aims at a window of ours (referrer policy "${policy}")`, () =>
        assertUnanswered(async (page, fields) => {
          await page.goto(`${origin}/${policy}`);
          const [ours] = await Promise.all([
            page.waitForEvent("popup"),
            page.evaluate((url) => void open(url, "ours"), `${gateway.origin}/healthz`),
          ]);
          await ours.waitForLoadState();
          assert.ok(await ours.evaluate(() => navigator.serviceWorker.controller), "the window is in the worker's care");
          const [response] = await Promise.all([ours.waitForNavigation(), submitForm(page, fields, { action, target: "ours" })]);
          assert.ok(response);
          return response;
        }));
    }
  });
}

test("a form that reaches us through another site's redirect is not answered", async (context) => {
  const server = createServer((request, response) => {
    if (request.method === "POST") response.writeHead(307, { location: action }).end();
    else response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><body>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  context.after(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await assertUnanswered(async (page, fields) => {
    await page.goto(`http://localhost:${port}/`);
    return navigateByForm(page, fields, { action: "/" });
  });
});

test("our own form that tells no referrer goes to the gateway, which takes it", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  const silent = '<meta name="referrer" content="no-referrer">';
  await page.evaluate((html) => document.head.insertAdjacentHTML("beforeend", html), silent);
  const response = await navigateByForm(page, { guestId, name: "without a referrer" });
  assert.deepEqual([response.status(), response.fromServiceWorker()], [200, false]);
  assert.deepEqual(await sandbox.opened(guestId), { "/name": "without a referrer" });
});

test("our own form that tells only the origin is answered by the worker", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  await page.evaluate(() => document.head.insertAdjacentHTML("beforeend", '<meta name="referrer" content="origin">'));
  const response = await navigateByForm(page, { guestId, name: "with an origin" });
  assert.deepEqual([response.status(), response.fromServiceWorker()], [200, true]);
});

test("other paths, methods and the path as a part of another are none of the worker's", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  const requests = [
    "POST /api/profile-sync/x",
    "POST /x/api/profile-sync",
    "POST /healthz?to=/api/profile-sync",
    "PUT /api/profile-sync",
    "GET /api/profile-sync",
  ];
  for (const request of requests) {
    const [method = "", path = ""] = request.split(" ");
    const answered = page.waitForResponse((response) => response.url() === gateway.origin + path);
    const body = method === "GET" ? null : `guestId=${guestId}&name=x`;
    await page.evaluate(({ method, path, body }) => fetch(path, { method, body }).catch(() => {}), { method, path, body });
    assert.equal((await answered).fromServiceWorker(), false, request);
  }
});
