/** A wasm crate → its JavaScript glue (`dist/pkg/NAME/NAME.js`) and the smallest wasm file, named by its content. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { hashOf } from "../files.mjs";
import { at, root, target } from "../paths.mjs";
import { run } from "../run.mjs";
import { say } from "../say.mjs";

/** @typedef {"page" | "pii" | "worker"} Shell */
/** @typedef {{ glue: string, wasm: string, fileName: string }} Wasm `wasm` is a path, `fileName` what it is published as */

/** What every browser of the supported range has (`browsers` in `bundle.mjs`) and rustc emits. */
export const features = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
];

/**
 * @param {import("../steps.mjs").Steps} steps
 * @param {Shell} shell
 * @returns {Promise<Wasm>}
 */
export async function buildWasm(steps, shell) {
  const compiled = await compile(shell, ["--features", "bare"]);
  const folder = at("dist/pkg", shell);
  const glue = join(folder, `${shell}.js`);
  const linked = join(folder, `${shell}_bg.wasm`);
  const wasm = join(folder, `${shell}.wasm`);

  const settings = { wasmBindgen: await wasmBindgenVersion() };
  await steps.step(`Writing the glue of the ${shell}'s wasm`, { inputs: [compiled], settings }, async () => {
    say("Compiling wasm-bindgen at the version of Cargo.lock");
    await run("cargo", ["build", "--package", "guestsync-xtask"]);
    const args = ["--target", "web", "--out-dir", folder, "--out-name", shell, ...bindgenFlags, compiled];
    await run(join(target, "debug", "xtask"), ["wasm-bindgen", ...args]);
    return [glue, join(folder, `${shell}.d.ts`), linked];
  });
  await steps.step(`Optimising the ${shell}'s wasm for size`, { inputs: [linked], settings: [called, optFlags] }, async () => {
    await optimise(shell, wasm);
    return [wasm];
  });
  return { glue, wasm, fileName: `${shell}.${(await hashOf(wasm))?.slice(0, 16)}.wasm` };
}

const bindgenFlags = ["--omit-default-module-path", "--remove-producers-section"];
// Over and over, with the control flow built anew between, and without inlining what is called once: repeated shapes compress better.
// The lowest addresses are the far end of the stack, so that no pointer is that small.
const again = ["-Oz", "--flatten", "--rereloop", "-Oz", "--low-memory-unused", "-Oz", "--optimize-instructions", "--precompute", "--vacuum"];
// Alignments are hints that engines pass over: without them the same accesses are the same bytes.
const passes = [...again, "--dealign", "--one-caller-inline-max-function-size", "20", "--always-inline-max-function-size", "4"];
// Without these the code is longer, and compresses to less: fewer of the same expressions are kept in a local of their own.
const skipped = ["local-cse", "simplify-locals"].map((name) => `--skip-pass=${name}`);
const featureFlags = features.map((name) => `--enable-${name}`);
// What is imported sets up a table for JavaScript objects, of which none crosses, or says what a trap is about to end.
const optFlags = ["--remove-imports", ...passes, ...skipped, "--strip-producers", "--strip-target-features", ...featureFlags];

/** Of what wasm-bindgen exports for its own glue, what the faces call (`www/src/instance.ts`). */
const called = ["__wbindgen_malloc", "__wbindgen_free"];

/**
 * @param {Shell} shell
 * @param {string} out
 * @param {{ names?: boolean }} [options] `names` keeps the functions' names, for a listing
 */
export async function optimise(shell, out, { names = false } = {}) {
  await optimised(at("dist/pkg", shell, `${shell}_bg.wasm`), out, names);
}

/** @param {string} linked @param {string} out @param {boolean} [names] */
async function optimised(linked, out, names = false) {
  const tool = (/** @type {string} */ name) => at("node_modules/binaryen/bin", name);
  const graph = `${out}.json`;
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(await readFile(linked))).map(({ name }) => name);
  const kept = exported.filter((name) => !name.startsWith("__") || called.includes(name));
  await writeFile(graph, JSON.stringify([{ name: "face", root: true, reaches: kept }, ...kept.map((name) => ({ name, export: name }))]));
  await run("node", [tool("wasm-metadce"), linked, "--graph-file", graph, "-o", out, "--debuginfo", ...featureFlags], { quiet: true });
  await rm(graph);
  await run("node", [tool("wasm-opt"), out, "-o", out, ...optFlags, names ? "--debuginfo" : "--strip-debug"]);
}

/** The worker with its sealing as a function by itself, for the bench; as the product is built. @param {string} folder @returns {Promise<string>} the file */
export async function buildSealing(folder) {
  const compiled = await compile("worker", ["--features", "sealing"]);
  await run(join(target, "debug", "xtask"), ["wasm-bindgen", "--target", "web", "--out-dir", folder, "--out-name", "sealing", ...bindgenFlags, compiled]);
  const wasm = join(folder, "sealing.wasm");
  await optimised(join(folder, "sealing_bg.wasm"), wasm);
  return wasm;
}

/** Cargo knows by itself what is fresh, so it is always asked. @param {Shell} shell @param {string[]} [more] */
async function compile(shell, more = []) {
  say(`Compiling the ${shell} to wasm`);
  // Each shell on its own: built together, one would get the features that only the other's dependencies ask for.
  const args = ["--profile", "wasm", "--target", "wasm32-unknown-unknown", "--package", `guestsync-${shell}`, ...more];
  // Only the wasm: beside a library for the tests it would not be optimised as a whole.
  await run("cargo", ["rustc", ...args, "--crate-type", "cdylib"], { env: { CARGO_ENCODED_RUSTFLAGS: (await rustFlags()).join("\x1f") } });
  return join(target, "wasm32-unknown-unknown", "wasm", `guestsync_${shell}.wasm`);
}

/** The file that is published says nothing of the machine it was made on, and is the same from every machine. */
async function rustFlags() {
  const sysroot = (await run("rustc", ["--print", "sysroot"], { quiet: true })).trim();
  const commit = /commit-hash: (\S+)/.exec(await run("rustc", ["--version", "--verbose"], { quiet: true }))?.[1];
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  return [
    ...(process.env.RUSTFLAGS?.split(/\s+/).filter(Boolean) ?? []),
    `--remap-path-prefix=${join(cargoHome, "registry/src")}=crates`,
    `--remap-path-prefix=${join(sysroot, "lib/rustlib/src/rust")}=/rustc/${commit}`,
    `--remap-path-prefix=${root}=.`,
    // SHA-256 and AES rolled up: 1.5 KB less to download, and a form hashes and encrypts a few blocks only.
    "--cfg",
    'sha2_backend_soft="compact"',
    "--cfg",
    'aes_backend_soft="compact"',
  ];
}

async function wasmBindgenVersion() {
  const lock = await readFile(at("Cargo.lock"), "utf8");
  return /name = "wasm-bindgen-cli"\nversion = "([^"]+)"/.exec(lock)?.[1];
}
