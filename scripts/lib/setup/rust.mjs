/** Rust: cargo, a C compiler for the crates that bring C, the wasm32 library, and rustfmt and clippy where asked for. */
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { at } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { attempt, run } from "../run.mjs";
import { during } from "../say.mjs";
import { installDebian, works } from "./debian.mjs";

const wasm = "wasm32-unknown-unknown";

/** Makes cargo able to build the workspace, the wasm crates included. */
export async function ensureRust() {
  await findCargo();
  await checkVersion();
  if (!(await works("cc"))) await installDebian(["gcc", "libc6-dev"], "A C compiler is missing");
  await ensureWasmLibrary();
}

/** @param {Record<string, string>} components rustup's name → the cargo subcommand that it brings */
export async function ensureComponents(components) {
  for (const [component, subcommand] of Object.entries(components)) {
    if (await works("cargo", [subcommand, "--version"])) continue;
    await during(`Installing ${component}`, () => rustup(["component", "add", component], component));
  }
}

async function findCargo() {
  if (await works("cargo")) return;
  // A shell that was open before rustup ran does not have its folder in PATH yet.
  const bin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  if (!existsSync(join(bin, "cargo")))
    throw new Problem("Rust is not installed.", "Install it from https://rustup.rs and start again.");
  process.env.PATH = `${bin}:${process.env.PATH}`;
}

async function checkVersion() {
  const needed = /rust-version = "(\d+)\.(\d+)/.exec(await readFile(at("Cargo.toml"), "utf8"));
  const text = await run("rustc", ["--version"], { quiet: true });
  const found = /rustc (\d+)\.(\d+)/.exec(text);
  if (!needed || !found) throw new Problem(`The version of rustc cannot be read: ${text.trim()}`);
  const number = (/** @type {RegExpExecArray} */ match) => Number(match[1]) * 10000 + Number(match[2]);
  if (number(found) < number(needed)) {
    throw new Problem(
      `Rust ${needed[1]}.${needed[2]} or newer is needed; this is ${text.trim()}.`,
      "Run `rustup update stable`.",
    );
  }
}

async function ensureWasmLibrary() {
  const libdir = (await run("rustc", ["--print", "target-libdir", "--target", wasm], { quiet: true })).trim();
  const present = existsSync(libdir) && (await readdir(libdir)).some((file) => file.startsWith("libstd-"));
  if (!present)
    await during(`Installing Rust's library for ${wasm}`, () => rustup(["target", "add", wasm], `the library for ${wasm}`));
}

/** @param {string[]} args @param {string} what */
async function rustup(args, what) {
  const { code } = await attempt("rustup", args);
  if (code === 0) return;
  throw new Problem(
    code === 127 ? `rustup is not there to install ${what}.` : `rustup could not install ${what}.`,
    `Check that this machine reaches static.rust-lang.org (a proxy is set by HTTPS_PROXY),\n` +
      `or install it from where your Rust came from, then start again. The command was: rustup ${args.join(" ")}`,
  );
}
