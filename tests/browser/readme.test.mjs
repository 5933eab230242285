/** The examples of README.md, run as written. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { launchChromium } from "./support/chromium.mjs";
import { startGateway } from "./support/gateway.mjs";
import { example } from "./support/readme.mjs";
import { Sandbox } from "./support/sandbox.mjs";
import { until } from "./support/wait.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = { after };
const gateway = await startGateway(file);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

/** A page of the shop's own, on the gateway's origin. @param {Record<string, string>} files path → content */
async function shop(files) {
  const context = await browser.newContext();
  for (const [path, body] of Object.entries(files)) {
    const contentType = path.endsWith(".js") ? "text/javascript" : "text/html";
    await context.route(gateway.origin + path, (route) => route.fulfill({ body, contentType }));
  }
  return context.newPage();
}

/** The attributes of the only guest that the sandbox knows. */
async function onlyGuest() {
  const guests = await sandbox.guests();
  return guests.length === 1 ? guests[0]?.attributes : undefined;
}

test("the script tag's example delivers its attributes", async () => {
  await sandbox.reset();
  const page = await shop({ "/shop.html": example("html", "/guestsync/guestsync.js"), "/shop.js": example("js", "// shop.js") });
  await page.goto(`${gateway.origin}/shop.html`);
  const attributes = await until("the attributes to arrive", async () => {
    const found = await onlyGuest();
    return found && Object.keys(found).length > 0 && found;
  });
  assert.deepEqual(attributes, { preferredLanguage: "en-US", tier: 3, vip: true });
});

test("the module's example, bundled with the package, does what its comments say", async () => {
  await sandbox.reset();
  const code = `${example("js", "// module.js")}\nObject.assign(window, { result: { stored, delivered, pending } });`;
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    tsconfigRaw: {},
  });
  const bundle = outputFiles[0]?.text ?? "";
  const page = await shop({ "/shop.html": '<!doctype html><title>Module</title><script type="module" src="/app/module.js"></script>' , "/app/module.js": bundle });
  const wasm = (await readdir(join(root, "dist/npm"))).find((name) => /^page\.[0-9a-f]+\.wasm$/.test(name)) ?? "";
  await page.context().route(`${gateway.origin}/app/${wasm}`, (route) => route.fulfill({ path: join(root, "dist/npm", wasm), contentType: "application/wasm" }));
  await page.goto(`${gateway.origin}/shop.html`);
  const result = await until("the example to end", () => page.evaluate(() => Reflect.get(window, "result")));
  assert.deepEqual(result, { stored: "disk", delivered: 2, pending: 0 });
  assert.deepEqual(await onlyGuest(), { orderNumber: "TCK-99281", email: "kept until granted" });
});
