/** Personal data, privacy signals and consent platforms. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { startGateway } from "./support/gateway.mjs";
import { openGuestPage, withGuest } from "./support/guest-page.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { openGuestSync, startSession } from "./support/session.mjs";
import { until } from "./support/wait.mjs";

/** @typedef {import("../../www/src/index.js").GuestSync} GuestSync */

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

/** @param {string} guestId */
const attributesOf = async (guestId) => (await sandbox.guest(guestId))?.attributes ?? {};

/** @type {(options: Record<string, unknown>, before?: () => void) => ReturnType<typeof openGuestPage>} */
const open = (options, before) => openGuestPage(browser, gateway.origin, options, before);

test("personal data is reported, masked or refused by its kind, and a key that is meant to carry it is left alone", async () => {
  const pii = { card: "block", phone: "mask", allow: ["email"], region: "US" };
  const { page, guestId } = await open({ pii });
  const seen = await withGuest(page, async (guest) => {
    /** @type {unknown[]} */
    const findings = [];
    guest.on("finding", (finding) => findings.push(finding));
    const set = await guest.set({ email: "ada@example.org", note: "call 202-555-0143", who: "grace@example.org" });
    const refused = await guest.set({ card: "4111 1111 1111 1111" }).then(
      () => undefined,
      (error) => ({ issues: error.issues, text: String(error) }),
    );
    await guest.flush();
    return { findings, set, refused, counted: guest.metrics().findings };
  });
  assert.deepEqual(seen.set.masked, ["note"]);
  assert.deepEqual(seen.findings, [
    { key: "note", kind: "phone", policy: "mask" },
    { key: "who", kind: "email", policy: "flag" },
    { key: "card", kind: "card", policy: "block" },
  ]);
  assert.equal(seen.counted, 3);
  assert.equal(seen.refused?.issues[0].code, "value.blocked");
  assert.ok(!JSON.stringify(seen.refused).includes("4111"));
  assert.deepEqual(await attributesOf(guestId), { email: "ada@example.org", note: "call [phone]", who: "grace@example.org" });
});

test("where personal data is only reported, the scanner is loaded for a value that may hold some, and holds nothing up", async () => {
  const { page, context, guestId } = await open({});
  /** @type {string[]} */
  const fetched = [];
  let release = () => {};
  /** @type {Promise<void>} */
  const released = new Promise((resolve) => (release = resolve));
  await context.route(/\/pii\.[0-9a-f]+\.wasm$/, async (route) => {
    fetched.push(route.request().url());
    // The first is refused by a server in trouble, the next one waits.
    if (fetched.length <= 2) return route.fulfill({ status: 503 });
    await released;
    return route.continue();
  });
  await withGuest(page, async (guest) => {
    Object.assign(window, { findings: [] });
    guest.on("finding", (finding) => Reflect.get(window, "findings").push(finding));
    await guest.set({ language: "en-US", tier: 3, vip: true, note: "call again" });
    await guest.flush();
  });
  assert.deepEqual(fetched, []);
  await withGuest(page, (guest) => guest.set({ email: "ada@example.org" }));
  // While the first try has not come to its end, a value asks for no other.
  await until("it to be fetched again", async () => {
    await withGuest(page, (guest) => guest.set({ from: "192.0.2.7" }));
    return fetched.length === 3;
  });
  await withGuest(page, (guest) => guest.flush());
  assert.deepEqual(await attributesOf(guestId), { language: "en-US", tier: 3, vip: true, note: "call again", email: "ada@example.org", from: "192.0.2.7" });
  assert.deepEqual(await page.evaluate(() => Reflect.get(window, "findings")), []);
  release();
  const findings = await until("both to be found", async () => {
    const found = await page.evaluate(() => Reflect.get(window, "findings"));
    return found.length >= 2 && found;
  });
  assert.deepEqual(findings[0], { key: "email", kind: "email", policy: "flag" });
  for (const finding of findings.slice(1)) assert.deepEqual(finding, { key: "from", kind: "ip", policy: "flag" });
  assert.equal(await withGuest(page, (guest) => guest.metrics().findings), findings.length);
});

test("Global Privacy Control withdraws every purpose but the default one, and a later grant wins", async () => {
  const signal = () => Object.defineProperty(navigator, "globalPrivacyControl", { value: true });
  const options = { purposes: { news: "marketing" }, consent: { service: true, marketing: true } };
  const { page, guestId } = await open(options, signal);
  const set = await withGuest(page, async (guest) => {
    await guest.flush();
    const set = await guest.set({ news: true, tier: 3 });
    await guest.flush();
    return set;
  });
  assert.deepEqual(set.held, ["news"]);
  assert.deepEqual(await attributesOf(guestId), { tier: 3 });
  await withGuest(page, async (guest) => {
    await guest.grant("marketing");
    await guest.flush();
  });
  assert.deepEqual(await attributesOf(guestId), { tier: 3, news: true });
  await page.reload();
  await openGuestSync(page, { guest: guestId, ...options });
  const again = await withGuest(page, async (guest) => {
    const set = await guest.set({ news: false });
    await guest.flush();
    return set;
  });
  assert.deepEqual(again.held, []);
  assert.deepEqual(await attributesOf(guestId), { tier: 3, news: false });
});

test("purposes follow the decisions in a TCF consent management platform", async () => {
  // The part of the IAB's CMP API that listeners see: one object, events told to every listener.
  const platform = () => {
    /** @type {((data: object, success: boolean) => void)[]} */
    const listeners = [];
    const state = { eventStatus: "cmpuishown", gdprApplies: true, purpose: { consents: {} } };
    const api = (/** @type {string} */ command, /** @type {number} */ version, /** @type {typeof listeners[0]} */ callback) => {
      if (command !== "addEventListener" || version !== 2) return callback({}, false);
      listeners.push(callback);
      callback({ ...state }, true);
    };
    const decide = (/** @type {Record<string, boolean>} */ consents) => {
      Object.assign(state, { eventStatus: "useractioncomplete", purpose: { consents } });
      for (const listener of listeners) listener({ ...state }, true);
    };
    Object.assign(window, { __tcfapi: api, decide });
  };
  const { page, guestId } = await open({ purposes: { news: "marketing" } }, platform);
  const first = await page.evaluate(async () => {
    const { followTcf } = await import(/** @type {string} */ ("/guestsync/index.js"));
    const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
    followTcf(guest, { marketing: [1, 3] });
    return (await guest.set({ news: true })).held;
  });
  assert.deepEqual(first, ["news"]);
  const decide = (/** @type {Record<string, boolean>} */ consents) => page.evaluate((given) => Reflect.get(window, "decide")(given), consents);
  await decide({ 1: true });
  assert.deepEqual((await withGuest(page, (guest) => guest.flush())).held, 0, "what was held for a refused purpose is gone");
  await decide({ 1: true, 3: true });
  await withGuest(page, async (guest) => {
    await guest.set({ news: "yes" });
    await guest.flush();
  });
  assert.deepEqual(await attributesOf(guestId), { news: "yes" });
  await decide({ 1: false, 3: true });
  assert.deepEqual((await withGuest(page, (guest) => guest.set({ news: "no" }))).held, ["news"]);
});

test("what a TCF platform has stored does not outweigh a privacy signal that came since, and a choice made after it does", async () => {
  const platform = () => {
    /** @type {((data: object, success: boolean) => void)[]} */
    const listeners = [];
    const tell = (/** @type {string} */ eventStatus) => {
      for (const listener of listeners) listener({ eventStatus, gdprApplies: true, purpose: { consents: { 1: true } } }, true);
    };
    const api = (/** @type {string} */ _command, /** @type {number} */ _version, /** @type {typeof listeners[0]} */ callback) => {
      listeners.push(callback);
      tell("tcloaded");
    };
    Object.assign(window, { __tcfapi: api, choose: () => tell("useractioncomplete") });
  };
  const { context, page, guestId } = await open({ purposes: { news: "marketing" } }, platform);
  const follow = () =>
    page.evaluate(async () => {
      const { followTcf } = await import(/** @type {string} */ ("/guestsync/index.js"));
      followTcf(/** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window)).guest, { marketing: [1], service: [1] });
    });
  const view = async () => {
    await page.reload();
    await openGuestSync(page, { guest: guestId, purposes: { news: "marketing" }, consent: {} });
    await follow();
  };
  const held = () => withGuest(page, async (guest) => (await guest.set({ news: true, tier: 3 })).held);
  await follow();
  assert.deepEqual(await held(), []);
  await context.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
  await view();
  assert.deepEqual(await held(), ["news"], "and what the signal does not withdraw goes on");
  await view();
  assert.deepEqual(await held(), ["news"]);
  await page.evaluate(() => Reflect.get(window, "choose")());
  assert.deepEqual(await held(), []);
  await view();
  assert.deepEqual(await held(), []);
});

test("purposes follow Google Consent Mode, also what was said before the page asked", async () => {
  const gtag = () => {
    /** @type {unknown[]} */
    const dataLayer = [];
    const tag = function () {
      dataLayer.push(arguments);
    };
    Object.assign(window, { dataLayer, gtag: tag });
    Reflect.apply(tag, undefined, ["consent", "default", { ad_user_data: "denied" }]);
  };
  const { page } = await open({ purposes: { news: "marketing" } }, gtag);
  const held = await page.evaluate(async () => {
    const { followConsentMode } = await import(/** @type {string} */ ("/guestsync/index.js"));
    const { guest, gtag } = /** @type {{ guest: GuestSync, gtag: (...words: unknown[]) => void }} */ (/** @type {unknown} */ (window));
    followConsentMode(guest, { marketing: ["ad_user_data"] });
    const before = (await guest.set({ news: 1 })).held;
    gtag("event", "page_view");
    gtag("consent", "update", null);
    gtag("consent", "update", { ad_user_data: "granted" });
    const after = (await guest.set({ news: 2 })).held;
    gtag("consent", "update", { ad_user_data: "denied" });
    const denied = (await guest.set({ news: 3 })).held;
    return { before, after, denied };
  });
  assert.deepEqual(held, { before: ["news"], after: [], denied: ["news"] });
});

test("what Consent Mode says by default is no decision: it neither withdraws what waits since the page before, nor grants", async () => {
  const context = await browser.newContext();
  const { page, guestId } = await startSession(context, gateway.origin);
  /** @param {unknown[][]} said */
  const view = async (said) => {
    await page.goto(`${gateway.origin}/healthz`);
    await page.evaluate((said) => void Object.assign(window, { dataLayer: said }), said);
    await openGuestSync(page, { guest: guestId, consent: {}, purposes: { "*": "marketing" } });
    return page.evaluate(async () => {
      const { followConsentMode } = await import(/** @type {string} */ ("/guestsync/index.js"));
      const { guest } = /** @type {{ guest: GuestSync }} */ (/** @type {unknown} */ (window));
      followConsentMode(guest, { marketing: ["ad_user_data"] });
    });
  };
  await view([["consent", "default", { ad_user_data: "granted" }]]);
  assert.deepEqual((await withGuest(page, (guest) => guest.set({ news: 1 }))).held, ["news"]);
  const usual = [["consent", "default", { ad_user_data: "denied" }], ["consent", "update", { ad_user_data: "granted" }]];
  await view(usual);
  await context.setOffline(true);
  assert.equal((await withGuest(page, (guest) => guest.set({ news: 2 }))).stored, "disk");
  await page.goto("about:blank");
  await context.setOffline(false);
  await view(usual);
  await until("what waited to arrive", async () => (await attributesOf(guestId))?.["news"] === 2);
});

test("the audit and the console of a developer tell keys and outcomes and no value", async () => {
  const { page, said } = await open({ debug: true, pii: { email: "mask" } });
  const audit = await withGuest(page, async (guest) => {
    await guest.set({ note: "canary@example.org", plain: "canary" });
    await guest.set(/** @type {never} */ ({ list: ["canary"] })).catch(() => {});
    await guest.flush();
    return guest.audit();
  });
  const lines = audit.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ number }) => number), lines.map((_, at) => at + 1));
  assert.deepEqual([...new Set(lines.map(({ event }) => event))], ["ready", "finding", "set", "refused", "delivered"]);
  assert.ok(said.some((line) => line.includes("delivered") && line.includes("plain")));
  assert.ok(!(audit + said.join()).includes("canary"));
});

test("where no consent is stated the console says once that everything is held", async () => {
  const { page, said } = await open({ consent: undefined });
  await withGuest(page, async (guest) => {
    await guest.set({ a: 1 });
    await guest.set({ b: 2 });
  });
  assert.equal(said.filter((line) => line.includes("a purpose that is not granted")).length, 1);
});

test("the page decides conflicts where it wants to, and sends its own events where they have a receiver", async () => {
  const { context, page, guestId } = await open({ batch: { maxDelayMs: 0 } });
  await withGuest(page, async (guest) => {
    await guest.set({ tier: 1, visits: 1 });
    await guest.flush();
    guest.close();
  });
  /** @type {string[]} */
  const events = [];
  await context.route("**/receiver", async (route) => {
    events.push(route.request().postData() ?? "");
    await route.fulfill({ status: events.length < 2 ? 503 : 204 });
  });
  await page.evaluate(async (guest) => {
    const { createGuestSync } = await import(/** @type {string} */ ("/guestsync/index.js"));
    const onConflict = (/** @type {{ key: string, theirs: number, ours: number }} */ { key, theirs, ours }) =>
      key === "visits" ? theirs + ours : undefined;
    const options = { guest, consent: { service: true }, webhook: "/receiver", onConflict, batch: { maxDelayMs: 0 } };
    Object.assign(window, { guest: createGuestSync(options) });
  }, guestId);
  // Another writer: the version that the page knows is old.
  await page.evaluate(async (guestId) => {
    const { token } = await (await fetch("/api/token", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ guestId }) })).json();
    const url = `/genesys/api/v2/conversations/webmessaging/guests/${guestId}/attributes`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    await fetch(url, { method: "POST", headers, body: JSON.stringify({ attributes: { tier: 7, visits: 10 } }) });
  }, guestId);
  await withGuest(page, async (guest) => {
    await guest.set({ tier: 2, visits: 5, fresh: true });
    await guest.flush();
  });
  assert.deepEqual(await attributesOf(guestId), { tier: 7, visits: 15, fresh: true });
  await until("the event to be taken", () => events.length === 2);
  assert.equal(events[0], events[1]);
  const event = JSON.parse(events[0] ?? "");
  assert.deepEqual([event.sessionId, event.attributes, event.consentFlags], [guestId, { fresh: true, visits: 15 }, { service: true }]);
  assert.match(event.syncedAt, /^\d{4}-\d\d-\d\dT/);
});
