/** Forms that are wrong: each gets the 4xx of the contract, none stops the worker, none gets its values back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { openFormPage, postByFetch, startGatewayWith } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const { page, guestId } = await openFormPage(browser, gateway.origin);

const canary = "canary-5f1d";
const json = (/** @type {string} */ body) => ({ contentType: "application/json", body });
const urlencoded = (/** @type {string} */ body) => ({ contentType: "application/x-www-form-urlencoded", body });
const many = (/** @type {number} */ count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, canary]));
const nested = `{"guestId":"${guestId}","email":${'{"a":'.repeat(80_000)}1${"}".repeat(80_000)}}`;
const polluting = `{"__proto__":{"guestId":"${guestId}","email":"${canary}"},"constructor":{"prototype":{"polluted":1}}}`;
const unended = { contentType: "multipart/form-data; boundary=x", body: `--x\r\n${canary}` };

/** @typedef {Parameters<typeof postByFetch>[1]} How */
/** @type {[what: string, how: How, fields: Record<string, unknown>, status: number, code: string, field?: string][]} */
const refusals = [
  ["no guest", "urlencoded", { email: canary }, 400, "field.required", "guestId"],
  ["a guest of white space", "urlencoded", { guestId: "  ", email: canary }, 400, "field.required", "guestId"],
  ["a guest id that walks up", "urlencoded", { guestId: `../../${canary}`, email: canary }, 400, "guest.invalid", "guestId"],
  ["a guest id with an escape", "json", { guestId: `%2e%2e%2f${canary}`, email: canary }, 400, "guest.invalid", "guestId"],
  ["another guest", "urlencoded", { guestId: `another-${canary}`, email: canary }, 403, "guest.mismatch"],
  ["nothing to save", "urlencoded", { guestId, email: "" }, 400, "form.empty"],
  ["an unknown field only", "urlencoded", { guestId, other: canary }, 400, "form.empty"],
  ["a value that is too long", "urlencoded", { guestId, email: canary.repeat(400) }, 400, "field.too_long", "email"],
  ["a field twice", urlencoded(`guestId=${guestId}&email=${canary}&email=x`), {}, 400, "field.repeated", "email"],
  ["65 fields", "urlencoded", { guestId, email: canary, ...many(63) }, 400, "form.too_many_fields"],
  ["100,000 fields", urlencoded(`guestId=${guestId}&${"a&".repeat(100_000)}`), {}, 400, "form.too_many_fields"],
  ["600 KB", "multipart", { guestId, email: "x".repeat(600_000) }, 413, "form.too_large"],
  ["600 KB of JSON", "json", { guestId, email: "x".repeat(600_000) }, 413, "form.too_large"],
  ["plain text", { contentType: "text/plain", body: canary }, {}, 415, "form.type"],
  ["a patch", { contentType: "application/json-patch+json", body: "[]" }, {}, 415, "form.type"],
  ["no content type", { contentType: "", body: canary }, {}, 415, "form.type"],
  ["multipart without a boundary", { contentType: "multipart/form-data", body: canary }, {}, 400, "form.malformed"],
  ["multipart that ends too soon", unended, {}, 400, "form.malformed"],
  ["JSON that is none", json(`{"guestId":"${canary}`), {}, 400, "form.malformed"],
  ["an array", json(`["${canary}"]`), {}, 400, "form.malformed"],
  ["null", json("null"), {}, 400, "form.malformed"],
  ["a string", json(`"${canary}"`), {}, 400, "form.malformed"],
  ["nothing", json(""), {}, 400, "form.malformed"],
  ["JSON of 80,000 levels", json(nested), {}, 400, "field.type", "email"],
  ["a number", json(`{"guestId":"${guestId}","phone":5550100}`), {}, 400, "field.type", "phone"],
  ["an object", json(`{"guestId":"${guestId}","phone":{"toString":"${canary}"}}`), {}, 400, "field.type", "phone"],
  ["a guest that is an array", json(`{"guestId":["${guestId}"],"email":"${canary}"}`), {}, 400, "field.type", "guestId"],
  ["prototype pollution", json(polluting), {}, 400, "field.required", "guestId"],
];

for (const [what, how, fields, status, code, field] of refusals) {
  test(`${what}: ${status} ${code}`, async () => {
    const before = (await sandbox.requests()).length;
    const answer = await postByFetch(page, how, fields);
    assert.deepEqual([answer.status, answer.body?.error?.code, answer.body?.error?.field], [status, code, field]);
    assert.ok(answer.byWorker);
    assert.ok(!answer.text.includes(canary) && !answer.text.includes("xxxx"), "no value comes back");
    assert.equal((await sandbox.requests()).length, before, "nothing was sent");
  });
}

test("a file is refused, and a file input that nobody touched is not", async () => {
  const post = (/** @type {boolean} */ chosen) =>
    page.evaluate(
      async ({ guestId, chosen }) => {
        const form = new FormData();
        form.append("guestId", guestId);
        form.append("email", "ada@example.org");
        form.append("photo", chosen ? new File(["x"], "photo.png") : new File([], ""));
        const answer = await fetch("/api/profile-sync", { method: "POST", body: form });
        return [answer.status, (await answer.json()).error?.code];
      },
      { guestId, chosen },
    );
  assert.deepEqual(await post(true), [400, "field.file"]);
  assert.deepEqual(await post(false), [200, undefined]);
});

test("a browser without the guest's cookie is refused", async () => {
  const other = await openFormPage(browser, gateway.origin);
  await other.context.clearCookies();
  const answer = await postByFetch(other.page, "urlencoded", { guestId: other.guestId, email: canary });
  assert.deepEqual([answer.status, answer.body.error.code, answer.byWorker], [403, "session.missing", true]);
});

test("unknown fields are refused where that is configured", async () => {
  const there = await startGatewayWith(file, 'unknown = "refuse"');
  const strict = await openFormPage(browser, there.origin);
  const answer = await postByFetch(strict.page, "urlencoded", { guestId: strict.guestId, email: "a", [canary]: "x" });
  assert.deepEqual([answer.status, answer.body.error.code, answer.text.includes(canary)], [400, "field.unknown", false]);
});

test("a field waits for its purpose, which a field of the form grants", async () => {
  const fieldsTable = '[worker.fields]\nemail = "/email"\nphone = { pointer = "/phone", purpose = "news" }';
  const there = await startGatewayWith(file, `consent = { news = "agree" }\n${fieldsTable}`);
  const asked = await openFormPage(browser, there.origin);
  const { guestId } = asked;
  const fields = { guestId, email: "a", phone: "b" };
  const held = await postByFetch(asked.page, "urlencoded", fields);
  assert.deepEqual(held.body, { status: "synced", guestId, held: ["phone"] });
  assert.deepEqual(await new Sandbox(there.origin).opened(guestId), { "/email": "a" });
  const granted = await postByFetch(asked.page, "urlencoded", { ...fields, agree: "on" });
  assert.deepEqual(granted.body, { status: "synced", guestId });
  assert.deepEqual(await new Sandbox(there.origin).opened(guestId), { "/email": "a", "/phone": "b" });
});

test("after all of that the worker answers as on the first day, and Object.prototype is clean", async () => {
  const answer = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.deepEqual([answer.status, answer.byWorker], [200, true]);
  const [worker] = page.context().serviceWorkers();
  assert.equal(await worker?.evaluate(() => /** @type {any} */ ({}).polluted), undefined);
});

test("what reached Genesys holds no plain value", async () => {
  await postByFetch(page, "urlencoded", { guestId, email: canary, phone: canary, name: canary, other: canary });
  const transcript = JSON.stringify(await sandbox.requests());
  assert.ok(transcript.includes(guestId), "the requests are there");
  const bytes = Buffer.from(canary);
  for (const spelling of [canary, bytes.toString("base64").slice(0, 12), bytes.toString("hex")]) {
    assert.ok(!transcript.includes(spelling), spelling);
  }
});
