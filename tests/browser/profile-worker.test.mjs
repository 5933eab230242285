/** The worker in a site: its registration, its options, and life in a site's own worker. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { stopServiceWorkers } from "./support/devtools.mjs";
import { navigateByForm, openFormPage, postByFetch, startGatewayWith } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { startSession } from "./support/session.mjs";
import { startSite } from "./support/site.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);
const published = (/** @type {string} */ name) => readFile(new URL(`../../dist/npm/${name}`, import.meta.url), "utf8");

/**
 * A page of the gateway's whose site has these scripts, too.
 * @param {Record<string, string>} scripts path → source
 * @param {Record<string, string>} [headers] of the page
 */
async function openPage(scripts = {}, headers = {}) {
  const context = await browser.newContext();
  for (const [path, body] of Object.entries(scripts)) {
    await context.route(gateway.origin + path, (route) => route.fulfill({ body, contentType: "text/javascript" }));
  }
  if (Object.keys(headers).length > 0) {
    const html = { body: "<!doctype html><title>page</title>", contentType: "text/html", headers };
    await context.route(`${gateway.origin}/healthz`, (route) => route.fulfill(html));
  }
  return { context, ...(await startSession(context, gateway.origin)) };
}

/**
 * Registers a worker and gives its state, or the error's code and message.
 * @param {import("playwright-core").Page} page
 * @param {string} url
 * @param {{ scope?: string }} [options]
 */
function register(page, url, options = {}) {
  return page.evaluate(
    async ({ url, options }) => {
      const { registerGuestWorker } = await import(/** @type {string} */ ("/guestsync/index.js"));
      try {
        const registration = await registerGuestWorker(url, options);
        const controlled = navigator.serviceWorker.controller !== null;
        return { state: registration.active?.state, controlled, updateViaCache: registration.updateViaCache };
      } catch (error) {
        const { name, code, message } = /** @type {Error & { code: string }} */ (error);
        return { name, code, message };
      }
    },
    { url, options },
  );
}

test("registering waits until the worker is active and in control, and a second time is at once", async () => {
  const { page } = await openPage();
  const registered = { state: "activated", controlled: true, updateViaCache: "none" };
  assert.deepEqual(await register(page, "/sw.js"), registered);
  assert.deepEqual(await register(page, "/sw.js"), registered);
});

test("what stands in the way of a worker is an error with a code", async () => {
  const refuses = "addEventListener('install', (event) => event.waitUntil(Promise.reject(new Error('no'))));";
  const { page } = await openPage({ "/broken.js": "throw new Error('broken')", "/refuses.js": refuses });
  const code = async (/** @type {string} */ url) => Reflect.get(await register(page, url), "code");
  assert.equal(await code("https://elsewhere.example/sw.js"), "worker.origin");
  assert.equal(await code("/nowhere.js"), "worker.script");
  assert.equal(await code("/broken.js"), "worker.script");
  assert.equal(await code("/refuses.js"), "worker.install");
});

test("without a secure context or without service workers the error says so", async () => {
  const site = await startSite(file, { "/": "<!doctype html><body>" });
  const page = await browser.newPage();
  await page.route("http://shop.example/**", async (route) => {
    const path = new URL(route.request().url()).pathname;
    await route.fulfill({ response: await route.fetch({ url: (path === "/" ? site : gateway.origin) + path }) });
  });
  await page.goto("http://shop.example/");
  assert.equal(Reflect.get(await register(page, "/sw.js"), "code"), "worker.insecure");

  const { page: locked } = await openPage();
  await locked.evaluate(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
  assert.equal(Reflect.get(await register(locked, "/sw.js"), "code"), "worker.unsupported");
});

test("a page under Trusted Types registers through the policy named guestsync", async () => {
  const policy = "require-trusted-types-for 'script'; trusted-types guestsync";
  const { page } = await openPage({}, { "content-security-policy": policy });
  const refused = await page.evaluate(() => navigator.serviceWorker.register("/sw.js").catch((error) => error.name));
  assert.equal(refused, "TypeError", "the page is under Trusted Types");
  assert.equal(Reflect.get(await register(page, "/sw.js"), "state"), "activated");
});

test("a site's own worker answers forms beside its other work, by importScripts, and takes over nobody's page", async () => {
  const own = `
    importScripts("/guestsync-sw.js");
    guestsyncWorker.serveProfileForms({ path: "/forms/profile", fields: { mail: { pointer: "/email", maxBytes: 20 } } });
    addEventListener("fetch", (event) => {
      if (new URL(event.request.url).pathname === "/hello") event.respondWith(new Response("hello from the site's own worker"));
    });`;
  const { page, guestId } = await openPage({ "/own.js": own, "/guestsync-sw.js": await published("guestsync-sw.js") });
  const { state, controlled } = /** @type {{ state: string, controlled: boolean }} */ (await register(page, "/own.js"));
  assert.deepEqual([state, controlled], ["activated", false]);
  await page.reload();
  assert.equal(await page.evaluate(async () => (await fetch("/hello")).text()), "hello from the site's own worker");
  const answer = await postByFetch(page, "urlencoded", { guestId, mail: "ada@example.org" }, { path: "/forms/profile" });
  assert.deepEqual([answer.status, answer.body, answer.byWorker], [200, { status: "synced", guestId }, true]);
  assert.deepEqual(await sandbox.opened(guestId), { "/email": "ada@example.org" });
  const long = await postByFetch(page, "urlencoded", { guestId, mail: "x".repeat(21) }, { path: "/forms/profile" });
  assert.deepEqual([long.status, long.body.error.field], [400, "mail"]);
});

test("a module worker imports it", async () => {
  const own = `import { serveProfileForms } from "/sw-module.js"; serveProfileForms({ wasm: "${await wasmPath()}" });`;
  const { page, guestId } = await openPage({ "/own.js": own, "/sw-module.js": await published("sw.js") });
  await page.evaluate(async () => {
    const { active, installing } = await navigator.serviceWorker.register("/own.js", { type: "module" });
    const worker = active ?? installing;
    await new Promise((resolve) => {
      worker?.addEventListener("statechange", () => worker.state === "activated" && resolve(undefined));
    });
  });
  await page.reload();
  const answer = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.deepEqual([answer.status, answer.byWorker], [200, true]);
});

/** Where the gateway serves the worker's wasm. */
async function wasmPath() {
  const name = /worker\.[0-9a-f]+\.wasm/.exec(await published("guestsync-sw.js"))?.[0];
  return `/guestsync/${name}`;
}

test("an option that is not of its form is an error with its name, before any listener is there", async () => {
  const { page } = await openPage();
  await page.addScriptTag({ content: await published("guestsync-sw.js") });
  for (const [options, name] of /** @type {const} */ ([
    [{ feilds: {} }, "options.feilds"],
    [{ fields: { mail: 7 } }, "mail"],
    [{ fields: { mail: { pointer: "/email", max: 3 } } }, "mail.max"],
    [{ fields: { mail: { pointer: 7 } } }, "mail.pointer"],
    [{ fields: { mail: { pointer: "/email", maxBytes: "3" } } }, "mail.maxBytes"],
    [{ fields: { mail: { pointer: "/email", trim: "no" } } }, "mail.trim"],
    [{ fields: { mail: { pointer: "/email", operation: "test" } } }, "operation"],
    [{ fields: ["email"] }, "fields"],
    [{ mode: "plain" }, "mode"],
    [{ binding: "guest" }, "binding"],
    [{ unknown: "keep" }, "unknown"],
    [{ required: "email" }, "required"],
    [{ consent: { ads: 1 } }, "consent"],
    [{ endpoint: 7 }, "options.endpoint"],
    [{ token: "http://" }, "token"],
    [{ keys: "https://elsewhere.example/jwks.json" }, "keys"],
    [{ path: "//elsewhere.example/form" }, "path"],
  ])) {
    const message = await page.evaluate((given) => {
      try {
        Reflect.get(window, "guestsyncWorker").serveProfileForms(given);
        return "taken";
      } catch (error) {
        return `${error}`;
      }
    }, options);
    assert.ok(message.startsWith(`TypeError: guestsync: option "${name}": `), `${JSON.stringify(options)}: ${message}`);
  }
});

test("an option that the core refuses fails the installation", async () => {
  const classic = await published("guestsync-sw.js");
  const refused = [{ redirect: "//elsewhere.example" }, { fields: { mail: "email" } }, { required: ["fax"] }, { fields: {} }];
  for (const options of refused) {
    const { context, page } = await openPage({ "/own.js": `${classic}\nguestsyncWorker.start(${JSON.stringify(options)});` });
    assert.equal(Reflect.get(await register(page, "/own.js"), "code"), "worker.install", JSON.stringify(options));
    await context.close();
  }
});

test("a worker that starts cold and without a network still has its wasm and the key set", async () => {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  const kept = () =>
    page.evaluate(async () => {
      const cache = await caches.open("guestsync");
      return (await cache.keys()).map(({ url }) => new URL(url).pathname);
    });
  await until("wasm and key set to be kept", async () => (await kept()).length === 2);
  assert.deepEqual((await kept()).sort(), ["/.well-known/jwks.json", await wasmPath()]);
  await context.setOffline(true);
  await stopServiceWorkers(page);
  const answer = await postByFetch(page, "urlencoded", { guestId, email: "ada@example.org" });
  assert.ok(answer.byWorker);
  assert.deepEqual([answer.status, answer.body], [202, { status: "queued", guestId }], "sealed and kept");
  await context.setOffline(false);
  await until("the form to arrive", async () => (await sandbox.opened(guestId))["/email"] === "ada@example.org");
});

test("a key set that is none, does not come, or a kept wasm that is none, does not keep a form from being sealed", async () => {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  const keys = "**/.well-known/jwks.json";
  const post = async (/** @type {string} */ name) => {
    await stopServiceWorkers(page);
    const { status, byWorker } = await postByFetch(page, "urlencoded", { guestId, name });
    return [status, byWorker];
  };
  await context.route(keys, (route) => route.fulfill({ json: { keys: [{ kid: "none", kty: "EC", crv: "P-256", use: "sig" }] } }));
  assert.deepEqual(await post("one"), [200, true]);
  await context.unroute(keys);
  await context.route(keys, () => {});
  assert.deepEqual(await post("two"), [200, true]);
  await context.unroute(keys);
  await page.evaluate(async (path) => (await caches.open("guestsync")).put(path, new Response("no wasm")), await wasmPath());
  assert.deepEqual(await post("three"), [200, true]);
  // Without any key set to seal with, the gateway takes the form.
  await context.route(keys, (route) => route.fulfill({ status: 404 }));
  await page.evaluate(() => caches.delete("guestsync"));
  assert.equal((await post("four"))[0], 200);
});

test("nothing that was typed, and no capability, is in any storage of the browser", async () => {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  const canary = "canary-5f1d@example.org";
  /** @type {string[]} */
  const tokens = [];
  context.on("response", async (response) => {
    if (response.url().endsWith("/api/token")) tokens.push((await response.json()).token);
  });
  await postByFetch(page, "urlencoded", { guestId, email: canary });
  await navigateByForm(page, { guestId, email: canary });
  await page.goto(`${gateway.origin}/healthz`);
  await until("the capability to be seen", () => tokens.length > 0);
  const stored = await page.evaluate(async () => {
    const all = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) all.push(request.url, (await (await cache.match(request))?.text()) ?? "");
    }
    for (const { name } of await indexedDB.databases()) all.push(String(name));
    return all.join("\n");
  });
  assert.ok(stored.includes("jwks.json"), "what is stored is seen");
  for (const secret of [canary, Buffer.from(canary).toString("base64"), encodeURIComponent(canary), ...tokens]) {
    assert.ok(!stored.includes(secret), "found in storage");
  }
});

test("a capability whose end is no text is used all the same", async () => {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  /** @type {unknown} */
  let expiresAt;
  await context.route("**/api/token", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), expiresAt } });
  });
  for (expiresAt of [{ toString: 1 }, 5, [], "soon", null]) {
    await stopServiceWorkers(page);
    const { status, byWorker, body } = await postByFetch(page, "urlencoded", { guestId, name: JSON.stringify(expiresAt) });
    assert.deepEqual([status, byWorker, body.status], [200, true, "synced"], JSON.stringify(expiresAt));
  }
});

test("rows that are no text, which something else has written, stop no form", async () => {
  const { context, page, guestId } = await openFormPage(browser, gateway.origin);
  await page.evaluate(async () => {
    const opening = indexedDB.open("guestsync", 1);
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const transaction = opening.result.transaction(["forms", "consent"], "readwrite");
    for (const store of ["forms", "consent"]) transaction.objectStore(store).put({ toString: 1 }, "x/y");
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    opening.result.close();
  });
  // Without a network nobody else can take it.
  await context.setOffline(true);
  await stopServiceWorkers(page);
  const { status, byWorker, body } = await postByFetch(page, "urlencoded", { guestId, name: "Ada" });
  assert.deepEqual([status, byWorker, body.status], [202, true, "queued"]);
  const rows = () =>
    page.evaluate(async () => {
      const opening = indexedDB.open("guestsync", 1);
      await new Promise((resolve) => (opening.onsuccess = resolve));
      const asking = opening.result.transaction("forms").objectStore("forms").getAllKeys();
      await new Promise((resolve) => (asking.onsuccess = resolve));
      opening.result.close();
      return asking.result.map(String);
    });
  await until("the foreign row to be removed", async () => !(await rows()).includes("x/y"));
});

test("a worker that is installed while the key set is none keeps the one that was kept", async () => {
  const { context, page } = await openPage({ "/own.js": `${await published("guestsync-sw.js")}\nguestsyncWorker.start();` });
  const kept = () => page.evaluate(async () => (await (await caches.match("/.well-known/jwks.json"))?.json())?.keys.length);
  await register(page, "/sw.js");
  await until("the key set to be kept", async () => (await kept()) === 1);
  await context.route("**/.well-known/jwks.json", (route) => route.fulfill({ json: { keys: [] } }));
  await register(page, "/own.js");
  const isInstalled = async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return [registration?.waiting, registration?.active].some((worker) => worker?.scriptURL.endsWith("/own.js"));
  };
  await until("the new worker to be installed", () => page.evaluate(isInstalled));
  assert.equal(await kept(), 1);
});

/** The guests of whom a token is in Cache Storage. @param {import("playwright-core").Page} page @returns {Promise<(string | null)[]>} */
const keptTokens = (page) =>
  page.evaluate(async () => {
    const kept = await (await caches.open("guestsync-tokens")).keys();
    return kept.map(({ url }) => new URL(url).searchParams.get("guest"));
  });

/** Counts the requests for tokens of a context. @param {import("playwright-core").BrowserContext} context */
async function tokenRequests(context) {
  const counted = { tokens: /** @type {string[]} */ ([]) };
  await context.route("**/api/token", async (route) => {
    const response = await route.fetch();
    counted.tokens.push((await response.json()).token);
    await route.fulfill({ response });
  });
  return counted;
}

test("tokenCache keeps capabilities in Cache Storage for a worker that starts anew, until they are refused", async () => {
  const own = `${await published("guestsync-sw.js")}\nguestsyncWorker.start({ tokenCache: "cache-storage" });`;
  const { context, page, guestId } = await openPage({ "/own.js": own });
  await register(page, "/own.js");
  const { tokens } = await tokenRequests(context);
  const post = async (/** @type {string} */ name) => (await postByFetch(page, "urlencoded", { guestId, name })).status;
  assert.deepEqual([await post("one"), tokens.length], [200, 1]);
  await stopServiceWorkers(page);
  assert.deepEqual([await post("two"), tokens.length], [200, 1]);

  await page.evaluate(async (guest) => {
    const cache = await caches.open("guestsync-tokens");
    const kept = { token: "refused", expiresAt: Date.now() + 3_600_000 };
    await cache.put(`/guestsync-token?guest=${guest}`, new Response(JSON.stringify(kept)));
  }, guestId);
  await stopServiceWorkers(page);
  assert.deepEqual([await post("three"), tokens.length], [200, 2], "one that is refused is replaced");
});

test("tokenCache: a change of guest purges the token of the one before, and a logout leaves none anywhere", async () => {
  const { origin } = await startGatewayWith(file, 'token_cache = "cache-storage"\nattributes = false');
  const { context, page, guestId: first } = await openFormPage(browser, origin);
  const { guestId: second } = await startSession(context, origin);
  const { tokens } = await tokenRequests(context);
  const post = async (/** @type {string} */ guestId) => (await postByFetch(page, "urlencoded", { guestId, name: `${tokens.length}` })).status;
  assert.deepEqual([await post(first), tokens.length, await keptTokens(page)], [200, 1, [first]]);
  assert.deepEqual([await post(second), tokens.length], [200, 2]);
  assert.deepEqual(await keptTokens(page), [second], "the change, without a logout");
  assert.deepEqual([await post(first), tokens.length], [200, 3], "nor is it in the worker's memory");
  await stopServiceWorkers(page);
  assert.deepEqual([await post(second), tokens.length], [200, 4]);
  assert.deepEqual(await keptTokens(page), [second], "a worker that starts anew knows of the change, too");

  const logout = (/** @type {string} */ guest) =>
    page.evaluate(async (guest) => (await import(/** @type {string} */ ("/guestsync/index.js"))).logoutProfile(guest), guest);
  await logout(second);
  await until("no token to be kept", async () => (await keptTokens(page)).length === 0);
  await stopServiceWorkers(page);
  const stored = await page.evaluate(async () => {
    const all = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) all.push(request.url, (await (await cache.match(request))?.text()) ?? "");
    }
    const asked = (/** @type {IDBRequest} */ request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await asked(indexedDB.open("guestsync"));
    for (const store of database.objectStoreNames) all.push(JSON.stringify(await asked(database.transaction(store).objectStore(store).getAll())));
    database.close();
    return all.join("\n");
  });
  assert.ok(stored.includes("jwks.json"), "what is stored is seen");
  assert.deepEqual(tokens.filter((token) => stored.includes(token)), [], "found in storage");
});
