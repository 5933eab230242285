/** A site of its own that passes to the gateway what README.md says, and nothing else: the examples work there as well. */
import assert from "node:assert/strict";
import { createServer, request as ask } from "node:http";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { startGateway } from "./support/gateway.mjs";
import { example } from "./support/readme.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { atEnd } from "./support/scope.mjs";
import { until } from "./support/wait.mjs";

const file = { after };
const location = /location ~ (\S+) \{/.exec(example("nginx", "# gateway.conf"))?.[1] ?? "";
const passed = new RegExp(location);

/** @type {Record<string, string>} */
const pages = {
  "/shop.html": example("html", "/guestsync/guestsync.js"),
  "/shop.js": example("js", "// shop.js"),
  "/form.html": `<!doctype html><title>Form</title><script src="/guestsync/guestsync.js"></script>${example("html", "/api/profile-sync")}`,
};

/** @type {number | undefined} */
let gatewayPort;
const site = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://shop.invalid");
  const page = pages[pathname];
  // The sandbox's view is the test's, not the shop's.
  if (gatewayPort && (passed.test(pathname) || pathname.startsWith("/_sandbox/"))) {
    const { method, url: path, headers } = request;
    const onward = ask({ host: "127.0.0.1", port: gatewayPort, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.once("error", () => response.writeHead(502).end());
    request.pipe(onward);
  } else {
    response.writeHead(page ? 200 : 404, { "content-type": pathname.endsWith(".js") ? "text/javascript" : "text/html" });
    response.end(page);
  }
});
await new Promise((resolve, reject) => site.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined)));
atEnd(file, () => {
  site.closeAllConnections();
  site.close();
});
const address = site.address();
const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
gatewayPort = (await startGateway(file, { env: { GUESTSYNC_PUBLIC_URL: origin } })).port;
const sandbox = new Sandbox(origin);
const browser = await launchChromium(file);

test("attributes that a page of the site sets reach the guest", async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${origin}/shop.html`);
  const attributes = await until("the attributes to arrive", async () => {
    const found = (await sandbox.guests())[0]?.attributes;
    return found && Object.keys(found).length > 0 && found;
  });
  assert.deepEqual(attributes, { preferredLanguage: "en-US", tier: 3, vip: true });
});

for (const by of ["worker", "gateway"]) {
  test(`a form of the site is sealed by the ${by}`, async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${origin}/form.html`);
    const guestId = await page.evaluate(async (register) => {
      const { createGuestSync, registerGuestWorker } = Reflect.get(window, "Guestsync");
      if (register) await registerGuestWorker("/sw.js");
      const guest = createGuestSync({ consent: { service: true } });
      return (await guest.ready).guestId;
    }, by === "worker");
    const fields = { guestId, name: "Ada", email: "ada@example.org", phone: "+1 202 555 0143" };
    await page.evaluate((fields) => {
      for (const [name, value] of Object.entries(fields)) Reflect.set(document.forms[0]?.elements.namedItem(name) ?? {}, "value", value);
    }, fields);
    const [response] = await Promise.all([page.waitForNavigation(), page.click("button")]);
    assert.deepEqual([response?.status(), response?.fromServiceWorker()], [200, by === "worker"]);
    const { guestId: _, ...values } = fields;
    const opened = await sandbox.opened(guestId);
    assert.deepEqual(opened, Object.fromEntries(Object.entries(values).map(([name, value]) => [`/${name}`, value])));
    assert.notEqual((await sandbox.guest(guestId))?.profile["email"], values.email);
  });
}
