/** What `npm test` runs, in this order. Each part prints its runner's own output; none stops the ones after it. */
import { readFile, writeFile } from "node:fs/promises";
import { tscPath } from "../build/types.mjs";
import { filesBelow } from "../files.mjs";
import { at } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { run } from "../run.mjs";
import { ensureCargoDeny } from "../setup/cargo-deny.mjs";
import { ensurePackages } from "../setup/packages.mjs";
import { withPostgres } from "../setup/postgres.mjs";
import { checkSizes } from "../size/measure.mjs";

/** @typedef {"lint" | "rust" | "wasm" | "browser"} Kind */
/** @typedef {{ name: string, kind: Kind, run: () => Promise<unknown> }} Part */

const wasmTarget = ["--target", "wasm32-unknown-unknown"];
const shells = ["--package", "guestsync-page", "--package", "guestsync-pii", "--package", "guestsync-worker"];

/** Milliseconds that a file of tests may take; a browser that hangs must not hang the run. */
const longestFile = 600_000;
/** Milliseconds that a folder of them may take; what a failed file left running must not hang it either. */
const longestFolder = 1_500_000;

/** @type {Part[]} */
export const parts = [
  { name: "format", kind: "lint", run: () => run("cargo", ["fmt", "--all", "--check"]) },
  { name: "clippy", kind: "lint", run: clippy },
  { name: "types", kind: "lint", run: types },
  { name: "dependencies", kind: "lint", run: cargoDeny },
  { name: "scripts", kind: "lint", run: () => nodeTests("tests/scripts") },
  { name: "rust", kind: "rust", run: () => run("cargo", ["test", "--no-fail-fast"]) },
  { name: "rust: PostgreSQL", kind: "rust", run: postgresTests },
  { name: "size", kind: "wasm", run: checkSizes },
  { name: "wasm: page", kind: "wasm", run: () => wasmTests("page") },
  { name: "wasm: worker", kind: "wasm", run: () => wasmTests("worker") },
  { name: "page", kind: "browser", run: () => nodeTests("tests/page") },
  { name: "browser", kind: "browser", run: () => nodeTests("tests/browser") },
  { name: "http", kind: "browser", run: () => nodeTests("tests/http") },
  { name: "package", kind: "browser", run: packageTests },
];

/** In three runs of which each shares its dependencies with a build: all at once would compile most of them once more. */
async function clippy() {
  const selections = [[], ["--package", "guestsync-xtask"], [...shells, ...wasmTarget]];
  for (const selection of selections) await run("cargo", ["clippy", "--all-targets", ...selection, "--", "-D", "warnings"]);
}

/** The tests of the package are checked with the types of the tools they use. */
async function types() {
  await ensurePackages(at("tests/packaging"));
  await run("node", [tscPath, "--build"]);
}

async function cargoDeny() {
  const program = await ensureCargoDeny();
  await run(program, ["--workspace", "check", "bans", "licenses", "sources"]);
}

/**
 * The gateway's tests once more, on the database that several gateways share. They are chosen among those of all packages: by its package
 * alone its dependencies would have other features, and be compiled once more.
 */
async function postgresTests() {
  await withPostgres((address) =>
    run("cargo", ["test", "--no-fail-fast", "--lib", "--test", "gateway"], { env: { GUESTSYNC_TEST_POSTGRES: address } }),
  );
}

/** @param {string} folder */
async function nodeTests(folder) {
  const files = (await filesBelow(at(folder))).filter((file) => file.endsWith(".test.mjs") && !file.includes("/node_modules/"));
  if (files.length === 0) throw new Problem(`${folder} holds no *.test.mjs.`);
  await run("node", ["--test", "--test-reporter=spec", `--test-timeout=${longestFile}`, ...files], { within: longestFolder });
}

/** The package as it would be published, in applications built by tools that the product itself does not need. */
async function packageTests() {
  await ensurePackages(at("tests/packaging"));
  await nodeTests("tests/packaging");
}

/** @param {"page" | "worker"} shell */
async function wasmTests(shell) {
  await run("cargo", ["test", ...wasmTarget, "--package", `guestsync-${shell}`, "--no-fail-fast"], { env: await webdriver() });
}

/** Chromedriver looks for its own Chromium; one that `CHROMIUM` names has to be put into its settings. */
async function webdriver() {
  const settings = JSON.parse(await readFile(at("webdriver.json"), "utf8"));
  settings["goog:chromeOptions"].binary = process.env.CHROMIUM;
  const file = at("dist/webdriver.json");
  await writeFile(file, JSON.stringify(settings));
  return { WASM_BINDGEN_TEST_WEBDRIVER_JSON: file };
}
