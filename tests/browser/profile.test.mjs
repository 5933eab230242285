/** A form's way: typed by a person, sealed by the worker, stored, and read by the key holder. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stopServiceWorkers } from "./support/devtools.mjs";
import { navigateByForm, openFormPage, openSealed, postByFetch, startGatewayWith } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

const ada = { email: "ada@example.org", phone: "+1 202 555 0143", name: "Ada Lovelace" };
const opened = { "/email": ada.email, "/phone": ada.phone, "/name": ada.name };
const jwe = /^[\w-]+\.\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/;

/** @param {string} guestId */
async function profileOf(guestId) {
  return (await sandbox.guest(guestId))?.profile ?? {};
}

test("a form filled in on the console's page is stored as three JWEs, which `guestsync open` reads", async () => {
  const page = await browser.newPage();
  await page.goto(gateway.origin);
  await page.locator("#worker-status[data-state=ready]").waitFor();
  await page.getByTestId("start-session").click();
  await page.locator("#sdk-status[data-state=ready]").waitFor();
  for (const [name, value] of Object.entries(ada)) await page.getByTestId(`field-${name}`).pressSequentially(value);
  const guestId = await page.getByTestId("field-guest-id").inputValue();
  const answered = page.waitForResponse((response) => response.url().endsWith("/api/profile-sync"));
  await page.getByTestId("submit-fetch").click();
  const response = await answered;
  assert.equal(response.status(), 200);
  assert.ok(response.fromServiceWorker());
  assert.deepEqual(await response.json(), { status: "synced", guestId });

  const profile = await profileOf(guestId);
  for (const [name, value] of Object.entries(ada)) {
    const sealed = String(profile[name]);
    assert.match(sealed, jwe);
    const read = await openSealed(gateway, ["--guest", guestId, "--field", `/${name}`], sealed);
    assert.deepEqual(read, { code: 0, stdout: `${value}\n`, stderr: "" });
  }
  const whole = await openSealed(gateway, ["--guest", guestId], JSON.stringify(profile));
  const lines = whole.stdout.trim().split("\n");
  assert.deepEqual(lines.sort(), [`/email\t${ada.email}`, `/name\t${ada.name}`, `/phone\t${ada.phone}`]);
});

for (const how of /** @type {const} */ (["urlencoded", "multipart", "json"])) {
  test(`a post by fetch is sealed and answered (${how})`, async () => {
    const { page, guestId } = await openFormPage(browser, gateway.origin);
    const name = "Zoë 🦊 \"O'Neil\" <b>&amp;</b> a+b=c%20";
    const answer = await postByFetch(page, how, { guestId, ...ada, name, csrf: "not forwarded" });
    assert.deepEqual([answer.status, answer.body, answer.byWorker], [200, { status: "synced", guestId }, true]);
    assert.deepEqual(await sandbox.opened(guestId), { ...opened, "/name": name });
    const patches = (await sandbox.requests()).filter(({ method, path }) => method === "PATCH" && path.includes(guestId));
    assert.equal(patches.length, 1);
    const pointers = JSON.parse(patches[0]?.body ?? "").map((/** @type {{ path: string }} */ { path }) => path);
    assert.deepEqual(pointers.sort(), ["/email", "/lastUpdated", "/name", "/phone"]);
    assert.equal(patches[0]?.headers["content-type"], "application/json-patch+json");
    assert.match(patches[0]?.headers["idempotency-key"] ?? "", /^[0-9a-f]{64}$/);
  });
}

test("only what was given is sent: an input that nobody touched erases nothing", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  await postByFetch(page, "urlencoded", { guestId, ...ada });
  const before = await profileOf(guestId);
  await postByFetch(page, "urlencoded", { guestId, email: "", phone: "  ", name: "Ada King" });
  const now = await profileOf(guestId);
  assert.deepEqual({ email: now.email, phone: now.phone }, { email: before.email, phone: before.phone });
  assert.equal((await sandbox.opened(guestId))["/name"], "Ada King");
});

test("every form has an ephemeral key of its own", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  const points = new Set();
  for (let i = 0; i < 5; i++) {
    const answer = await postByFetch(page, "urlencoded", { guestId, email: `${i}@example.org`, phone: `+1 202 555 014${i}`, name: `Ada ${i}` });
    assert.equal(answer.status, 200);
    const profile = await profileOf(guestId);
    const header = (/** @type {string} */ name) => Buffer.from(String(profile[name]).split(".")[0] ?? "", "base64url");
    const headers = ["email", "phone", "name"].map((name) => JSON.parse(header(name).toString()));
    assert.equal(new Set(headers.map(({ epk }) => epk.x)).size, 1, "one key agreement a form");
    assert.equal(new Set(headers.map(({ apu }) => apu)).size, 3, "and a key of its own for each field");
    points.add(headers[0].epk.x);
  }
  assert.equal(points.size, 5);
});

for (const enctype of ["application/x-www-form-urlencoded", "multipart/form-data"]) {
  test(`a plain form without script shows the built-in page (${enctype})`, async () => {
    const { page, guestId } = await openFormPage(browser, gateway.origin);
    const response = await navigateByForm(page, { guestId, ...ada }, { enctype });
    assert.equal(response.status(), 200);
    assert.ok(response.fromServiceWorker());
    assert.equal(await page.title(), "Saved");
    assert.deepEqual(await sandbox.opened(guestId), opened);
    await page.goBack();
    const refused = await navigateByForm(page, { guestId });
    assert.equal(refused.status(), 400);
    assert.equal(await page.title(), "Not saved");
  });
}

test("a navigation lands on the configured page with what became of it", async () => {
  const there = await startGatewayWith(file, 'redirect = "/healthz?from=form#top"\nrequired = ["email"]');
  const { page, guestId } = await openFormPage(browser, there.origin);
  await navigateByForm(page, { guestId, ...ada });
  assert.equal(page.url(), `${there.origin}/healthz?from=form&guestsync=synced#top`);
  await navigateByForm(page, { guestId, name: "Ada" });
  assert.equal(page.url(), `${there.origin}/healthz?from=form&guestsync=field.required&field=email#top`);
  assert.deepEqual(await new Sandbox(there.origin).opened(guestId), opened);
});

test("a worker that was stopped starts cold and answers", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  await postByFetch(page, "urlencoded", { guestId, ...ada });
  await stopServiceWorkers(page);
  const answer = await postByFetch(page, "urlencoded", { guestId, ...ada, name: "after the stop" });
  assert.deepEqual([answer.status, answer.byWorker], [200, true]);
  assert.equal((await sandbox.opened(guestId))["/name"], "after the stop");
  await stopServiceWorkers(page);
  const response = await navigateByForm(page, { guestId, name: "by a plain form" });
  assert.deepEqual([response.status(), response.fromServiceWorker()], [200, true]);
  assert.equal((await sandbox.opened(guestId))["/name"], "by a plain form");
});

test("a worker whose wasm cannot be loaded sends the post on to the gateway", async () => {
  const there = await startGateway(file);
  const { context, page, guestId } = await openFormPage(browser, there.origin);
  await page.evaluate(() => caches.delete("guestsync"));
  await context.route(/worker\.[0-9a-f]+\.wasm$/, (route) => route.fulfill({ status: 500 }));
  await stopServiceWorkers(page);
  const answer = await postByFetch(page, "urlencoded", { guestId, ...ada });
  assert.deepEqual([answer.status, answer.body], [200, { status: "synced", guestId }]);
  const response = await navigateByForm(page, { guestId, name: "by a plain form" });
  assert.deepEqual([response.status(), response.fromServiceWorker()], [200, false]);
  assert.deepEqual(await new Sandbox(there.origin).opened(guestId), { ...opened, "/name": "by a plain form" });
});

test("a worker that can reach neither its wasm nor the site answers 503 and keeps nothing", async () => {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  await page.evaluate(() => caches.delete("guestsync"));
  await context.route(/worker\.[0-9a-f]+\.wasm$/, (route) => route.abort());
  await stopServiceWorkers(page);
  const answer = await postByFetch(page, "urlencoded", { guestId, ...ada });
  assert.deepEqual([answer.status, answer.body.error.code], [503, "worker.unavailable"]);
});

test("a server that cannot take it now is a 202, and what waits is delivered by itself, once", async () => {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  await postByFetch(page, "urlencoded", { guestId, ...ada });
  await sandbox.setFaults({ seed: 1, rules: [{ calls: ["P1"], effect: { kind: "status", status: 503 } }] });
  try {
    const answer = await postByFetch(page, "urlencoded", { guestId, ...ada, name: "refused" });
    assert.deepEqual([answer.status, answer.body], [202, { status: "queued", guestId }]);
  } finally {
    await sandbox.setFaults({ seed: 1, rules: [] });
  }
  await until("the name to arrive", async () => (await sandbox.opened(guestId))["/name"] === "refused");
  const names = (await sandbox.effects(guestId)).filter(({ call, keys }) => call === "P1" && keys.includes("/name"));
  assert.equal(names.length, 2, JSON.stringify(names));
});
