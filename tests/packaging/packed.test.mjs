/** The package as it would be published: what is in it, and whether every kind of consumer can use it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { filesBelow } from "../../scripts/lib/files.mjs";
import { at, root } from "../../scripts/lib/paths.mjs";
import { attempt } from "../../scripts/lib/run.mjs";
import { launchChromium } from "../browser/support/chromium.mjs";
import { Collector } from "../bench/support/collector.mjs";
import { installPacked } from "./support/package.mjs";
import { policy, serveFolders } from "./support/site.mjs";
import { visit } from "./support/visit.mjs";

const file = { after };
const { folder, tarball, files, installed } = await installPacked(file);
const browser = await launchChromium(file);

/** @param {string[]} folders of the site @param {string} [script] its policy's sources of scripts */
async function startSite(folders, script) {
  const collector = await Collector.start(file);
  return { collector, site: await serveFolders(file, folders, policy(collector.origin, script)) };
}

/** @param {string} program of tests/packaging @param {string[]} args */
const tool = (program, ...args) => attempt("node", [at("tests/packaging/node_modules", program), ...args], { quiet: true });

test("the package holds the faces, their types and their wasm, and says nothing of the machine it was made on", async () => {
  const kinds = files.map((path) => path.replace(/^package\//, "").replace(/\.[0-9a-f]{16}\.wasm$/, ".wasm")).filter((path) => !path.includes("/types/"));
  const scripts = ["guestsync-sw.js", "guestsync.js", "index.js", "node.js", "sw.js"].flatMap((script) => [`dist/npm/${script}`, `dist/npm/${script}.map`]);
  assert.deepEqual(kinds, ["LICENSE", "README.md", ...scripts, "dist/npm/page.wasm", "dist/npm/pii.wasm", "dist/npm/worker.wasm", "package.json"].sort());
  for (const path of await filesBelow(installed)) {
    const text = (await readFile(path)).toString("latin1");
    assert.ok(!text.includes(root) && !/\/(home|root|Users)\/[a-z]/.test(text), path);
  }
  const { dependencies, peerDependencies, scripts: own } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  assert.deepEqual([dependencies, peerDependencies, own.install, own.postinstall], [undefined, undefined, undefined, undefined]);
});

test("publint finds nothing", async () => {
  const { code, output } = await tool("publint/src/cli.js", "--strict", tarball);
  assert.equal(code, 0, output);
});

test("its types resolve for every way to import an ES module", async () => {
  // The two classic scripts are for a script tag and importScripts; nothing imports them.
  const { code, output } = await tool("@arethetypeswrong/cli/dist/index.js", tarball, "--profile", "esm-only", "--exclude-entrypoints", "guestsync.js", "guestsync-sw.js");
  assert.equal(code, 0, output);
});

test("an application in TypeScript compiles against it, its declarations included", async () => {
  const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022", "--types", ""];
  for (const [module, resolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]])
    for (const [lib, source] of [["es2022,dom,dom.iterable", "main.ts"], ["es2022,webworker", "worker.ts"], ["es2022", "node.ts"]]) {
      const args = [...strict, "--module", module ?? "", "--moduleResolution", resolution ?? "", "--lib", lib ?? "", join(folder, "types", source ?? "")];
      const { code, output } = await attempt("node", [at("node_modules/typescript/bin/tsc"), ...args], { quiet: true, cwd: folder });
      assert.equal(code, 0, output);
    }
});

test("a Vite application builds and runs under a strict policy", async () => {
  const { build } = await import("vite");
  await build({ root: join(folder, "vite"), logLevel: "error", build: { modulePreload: false } });
  const { collector, site } = await startSite([join(folder, "vite/dist")]);
  await visit(browser, site, collector.origin);
  assert.equal(collector.guest.attributes.bundler, "vite");
});

test("a webpack application builds and runs under a strict policy", async () => {
  const { default: webpack } = await import("webpack");
  const output = join(folder, "webpack/dist");
  const stats = await new Promise((resolve, reject) => {
    const settings = { mode: /** @type {const} */ ("production"), context: join(folder, "webpack"), entry: "./main.js", output: { path: output, filename: "main.js", publicPath: "/" } };
    webpack(settings, (error, result) => (error ? reject(error) : resolve(result)));
  });
  assert.deepEqual([stats.hasErrors(), stats.hasWarnings()], [false, false], stats.toString());
  const { collector, site } = await startSite([output, join(folder, "webpack")]);
  await visit(browser, site, collector.origin);
  assert.equal(collector.guest.attributes.bundler, "webpack");
});

test("a plain page runs under a strict policy with Trusted Types, and registers the worker by the policy guestsync", async () => {
  const { collector, site } = await startSite([join(folder, "script-tag"), join(installed, "dist/npm")]);
  const page = await visit(browser, site, collector.origin);
  assert.equal(collector.guest.attributes.bundler, "none");
  const state = await page.evaluate(async () => (await Reflect.get(window, "Guestsync").registerGuestWorker("/sw.js")).active?.state);
  assert.match(state ?? "", /^activat/);
});

test("a page whose policy forbids wasm is told so, by a stable code", async () => {
  const { collector, site } = await startSite([join(folder, "script-tag"), join(installed, "dist/npm")], "'self'");
  const page = await browser.newPage();
  await page.goto(`${site}/?${new URLSearchParams({ collector: collector.origin, guest: "test" })}`);
  const code = await page.evaluate(() => Reflect.get(window, "flushed").catch((/** @type {{ code: string }} */ error) => error.code));
  assert.equal(code, "wasm.unavailable");
});

test("Node imports it as a server that renders pages does, delivers from memory, and ends", async () => {
  const collector = await Collector.start(file);
  const { code, output } = await attempt("node", [join(folder, "node/main.mjs"), collector.origin, "test"], { quiet: true, cwd: folder });
  assert.equal(code, 0, output);
  assert.deepEqual(JSON.parse(output), { set: { stored: "memory", masked: [], held: [] }, flushed: { delivered: 1, pending: 0, held: 0 } });
  assert.equal(collector.guest.attributes.bundler, "node");
});
