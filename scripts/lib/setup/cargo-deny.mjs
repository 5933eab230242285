/** cargo-deny at the version this project is checked with, in `target/tools`. */
import { join } from "node:path";
import { target } from "../paths.mjs";
import { attempt, run } from "../run.mjs";
import { during } from "../say.mjs";

const version = "0.20.2";
const folder = join(target, "tools");

/** @returns {Promise<string>} the program's path */
export async function ensureCargoDeny() {
  const program = join(folder, "bin", "cargo-deny");
  const present = await attempt(program, ["--version"], { quiet: true });
  if (present.output.trim() !== `cargo-deny ${version}`) {
    // A debug build checks this tree in a second and compiles in a third of the time.
    const args = ["install", "--debug", "--quiet", "--locked", "--root", folder, `cargo-deny@${version}`];
    await during(`Installing cargo-deny ${version} (about a minute)`, () => run("cargo", args));
  }
  return program;
}
