/** The scorer of the PII scanner, an example of the core. */
import { resolve } from "node:path";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";

/** @param {string[]} args files from the folder that npm was called in @returns {Promise<string>} a table */
export async function scorePii(args) {
  const from = process.env.INIT_CWD ?? root;
  const given = args.map((arg, at) => (arg.startsWith("-") || ["--region", "--split"].includes(args[at - 1] ?? "") ? arg : resolve(from, arg)));
  const program = ["run", "--quiet", "--release", "--package", "guestsync-core", "--example", "pii_score", "--"];
  return run("cargo", [...program, ...given], { quiet: true });
}
