/** What is published of a build, by digest. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { filesBelow } from "./files.mjs";

/** Scripts and wasm below these folders. @param {string} base @param {string[]} folders @returns {Promise<Record<string, string>>} path from the base → SHA-384, as an `integrity` attribute has it */
export async function publishedDigests(base, ...folders) {
  const files = (await Promise.all(folders.map(filesBelow))).flat().filter((file) => /\.(js|wasm)$/.test(file));
  const digest = async (/** @type {string} */ file) => `sha384-${createHash("sha384").update(await readFile(file)).digest("base64")}`;
  return Object.fromEntries(await Promise.all(files.map(async (file) => [relative(base, file), await digest(file)])));
}
