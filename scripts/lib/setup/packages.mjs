/** The npm packages of the lock file: installed where they are missing or of another version. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { root } from "../paths.mjs";
import { run } from "../run.mjs";
import { during } from "../say.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked */
/** @typedef {{ packages: Record<string, Locked> }} Lock */

/** @param {string} [folder] where package.json and its lock file lie */
export async function ensurePackages(folder = root) {
  const lock = join(folder, "package-lock.json");
  const noted = join(folder, "node_modules/.package-lock.json");
  const wanted = JSON.parse(await readFile(lock, "utf8"));
  const installed = existsSync(noted) ? JSON.parse(await readFile(noted, "utf8")) : undefined;
  if (installed && upToDate(wanted, installed)) return;
  await during(`Installing the npm packages of ${relative(root, lock)}`, () =>
    run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder }),
  );
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
