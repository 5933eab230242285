/** The npm packages of the lock file: installed where they are missing or of another version. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { at } from "../paths.mjs";
import { run } from "../run.mjs";
import { during } from "../say.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked */
/** @typedef {{ packages: Record<string, Locked> }} Lock */

export async function ensurePackages() {
  const wanted = JSON.parse(await readFile(at("package-lock.json"), "utf8"));
  const installed = existsSync(at("node_modules/.package-lock.json"))
    ? JSON.parse(await readFile(at("node_modules/.package-lock.json"), "utf8"))
    : undefined;
  if (installed && upToDate(wanted, installed)) return;
  await during("Installing the npm packages of package-lock.json", () => run("npm", ["ci", "--no-audit", "--no-fund"]));
}

/**
 * @param {Lock} wanted package-lock.json
 * @param {Lock} installed what npm noted in node_modules
 * @returns {boolean} whether each wanted package is there; one that is optional (built for another system) may be absent
 */
export function upToDate(wanted, installed) {
  return Object.entries(wanted.packages).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const there = installed.packages[path];
    return there ? there.version === version && there.integrity === integrity : optional === true;
  });
}
