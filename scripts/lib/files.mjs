/** Small helpers over files. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/** @param {string | Uint8Array} bytes @returns {string} lower-case hex */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** @param {string} path @returns {Promise<string | undefined>} undefined where there is no such file */
export async function hashOf(path) {
  return existsSync(path) ? sha256(await readFile(path)) : undefined;
}

/** @param {string} folder @returns {Promise<string[]>} every file below it, sorted; none where the folder is missing */
export async function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * @param {string} path
 * @param {string} what its part in the build, for the message
 */
export function requireSource(path, what) {
  if (!existsSync(path)) throw new Problem(`${path.replace(`${root}/`, "")} is missing: it is ${what}.`);
}
