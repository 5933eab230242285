/** The condition under which a worker answers a form, in Firefox and WebKit where they are found: other sites' forms are none of its business. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Firefox, firefox } from "./support/firefox.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSite } from "./support/site.mjs";
import { WebKit, webkit } from "./support/webkit.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const policies = ["", "no-referrer", "unsafe-url", "origin"];

const engines = {
  Firefox: { path: firefox, launch: Firefox.launch, missing: "no Firefox is found: FIREFOX may name one, Debian has firefox-esr" },
  WebKit: { path: webkit, launch: WebKit.launch, missing: "no WebKit is found: Debian has webkit2gtk-driver and xvfb" },
};

for (const [engine, { path, launch, missing }] of Object.entries(engines)) {
  if (path === undefined) test(`in ${engine}`, { skip: missing }, () => {});
  else await show(engine, () => launch(file, path));
}

/** @param {string} engine @param {() => Promise<Firefox | WebKit>} launch */
async function show(engine, launch) {
  const gateway = await startGateway(file);
  const sandbox = new Sandbox(gateway.origin);
  const pages = policies.map((policy) => [`/${policy}`, `<!doctype html><meta name="referrer" content="${policy}"><body>`]);
  const site = await startSite(file, Object.fromEntries(pages));
  const browser = await launch();

  await browser.goto(`${gateway.origin}/healthz`);
  const guestId = await browser.run(async () => {
    const body = JSON.stringify({ sessionId: crypto.randomUUID(), consentGiven: true, consentType: "explicit" });
    const answer = await fetch("/api/webchat/init", { method: "POST", headers: { "content-type": "application/json" }, body });
    const { registerGuestWorker } = await import(/** @type {string} */ ("/guestsync/index.js"));
    await registerGuestWorker("/sw.js");
    if (!navigator.serviceWorker.controller) throw new Error("no worker is in control");
    return (await answer.json()).guestId;
  });

  /** The posts that the gateway itself has answered, by status. */
  const atGateway = () =>
    gateway.output().split("\n").filter((line) => line.includes('"route":"/api/profile-sync"') && line.includes('"answered"')).map((line) => JSON.parse(line).fields.status);
  const patches = async () => (await sandbox.requests()).filter(({ method }) => method === "PATCH").length;
  const name = async () => (await sandbox.opened(guestId))["/name"];

  /** Posts from a script of the page; gives the status. @param {string} how also what is posted */
  const post = (how) =>
    browser.run(
      async (/** @type {string} */ how, /** @type {Record<string, string>} */ fields) => {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.append(name, value);
        const body = how === "json" ? JSON.stringify(fields) : how === "multipart" ? form : new URLSearchParams(fields);
        const headers = how === "json" ? { "content-type": "application/json" } : {};
        return (await fetch("/api/profile-sync", { method: "POST", body, headers })).status;
      },
      how,
      { guestId, name: how },
    );

  /** Submits a form from the page that is open, and waits for the page that follows. @param {string} action @param {string} value */
  async function submit(action, value) {
    await browser.run(
      (/** @type {string} */ action, /** @type {Record<string, string>} */ fields) => {
        const form = Object.assign(document.createElement("form"), { method: "post", action });
        for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { name, value }));
        document.body.append(form);
        setTimeout(() => form.submit());
      },
      action,
      { guestId, name: value },
    );
    const landed = () => browser.run((/** @type {string} */ action) => location.href === action && document.readyState === "complete", action);
    await until("the page after the form", landed);
  }
  const action = `${gateway.origin}/api/profile-sync`;

  describe(`in ${engine}`, () => {
    test("posts of scripts, of every kind, and a form's are answered by the worker: the gateway sees sealed patches only", async () => {
      for (const how of ["urlencoded", "multipart", "json"]) {
        assert.deepEqual([how, await post(how), await name()], [how, 200, how]);
      }
      await submit(action, "by form");
      assert.equal(await name(), "by form");
      assert.deepEqual(atGateway(), []);
    });

    for (const [where, origin] of Object.entries({ "another port": site, "another site": site.replace("127.0.0.1", "localhost") })) {
      for (const policy of policies) {
        test(`a form on ${where} is not answered by the worker, and the gateway refuses it (referrer policy "${policy}")`, async () => {
          const before = { posts: atGateway().length, patches: await patches() };
          await browser.goto(`${origin}/${policy}`);
          await submit(action, "canary of another site");
          await until("the gateway to have answered", () => atGateway().length > before.posts);
          assert.deepEqual(atGateway().slice(before.posts), [403]);
          // The worker is alive and would have had time: it answers this site's own form right after.
          await browser.goto(`${gateway.origin}/healthz`);
          await submit(action, `own after ${where}, "${policy}"`);
          assert.equal(await name(), `own after ${where}, "${policy}"`);
          assert.deepEqual([atGateway().length, await patches()], [before.posts + 1, before.patches + 1]);
        });
      }
    }
  });
}
