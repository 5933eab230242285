/** Programs for cargo at the versions this project is checked with, in `target/tools`. */
import { join } from "node:path";
import { target } from "../paths.mjs";
import { attempt, run } from "../run.mjs";
import { during } from "../say.mjs";

const folder = join(target, "tools");

/**
 * @param {string} name such as `cargo-deny`
 * @param {string} version
 * @param {string[]} [asked] what makes it print name and version
 * @returns {Promise<string>} the program's path
 */
export async function ensureCargoTool(name, version, asked = ["--version"]) {
  const program = join(folder, "bin", name);
  const present = await attempt(program, asked, { quiet: true });
  if (!present.output.trim().endsWith(` ${version}`)) {
    // A debug build checks this tree in a second and compiles in a third of the time.
    const args = ["install", "--debug", "--quiet", "--locked", "--root", folder, `${name}@${version}`];
    await during(`Installing ${name} ${version} (about a minute)`, () => run("cargo", args));
  }
  return program;
}
