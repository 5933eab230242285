/** Build steps that are skipped while neither their inputs nor their outputs have changed. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { hashOf, sha256 } from "./files.mjs";
import { at, root } from "./paths.mjs";
import { during } from "./say.mjs";

/**
 * What a step was made from, and the hash of each file it made.
 * @typedef {{ key: string, outputs: Record<string, string> }} Done
 */

export class Steps {
  /** How many steps had to be done since this object was made. */
  done = 0;

  /**
   * @param {string} file where the record is kept
   * @param {Record<string, Done>} record
   */
  constructor(file, record) {
    this.file = file;
    this.record = record;
  }

  /** @param {string} [file] a record that is missing or damaged counts as empty: everything is made again */
  static async open(file = at("dist/.cache.json")) {
    try {
      return new Steps(file, JSON.parse(await readFile(file, "utf8")));
    } catch {
      return new Steps(file, {});
    }
  }

  /**
   * @param {string} name what the work is, as shown
   * @param {{ inputs: string[], settings?: unknown }} from files (contents count, not dates) and whatever else decides the result
   * @param {() => Promise<string[]>} make does the work, returns the files it wrote; those of the last time that it did not write
   *   again are removed
   */
  async step(name, { inputs, settings }, make) {
    const hashes = await Promise.all(inputs.map(async (path) => [relative(root, path), await hashOf(path)]));
    const key = sha256(JSON.stringify([hashes, settings]));
    const before = this.record[name];
    if (before?.key === key && (await this.#intact(before))) return;

    const files = await during(name, make);
    this.done += 1;
    /** @type {Record<string, string>} */
    const outputs = {};
    for (const file of files) outputs[relative(root, file)] = (await hashOf(file)) ?? "";
    for (const old of Object.keys(before?.outputs ?? {})) if (!(old in outputs)) await rm(at(old), { force: true });
    this.record[name] = { key, outputs };
    await mkdir(dirname(this.file), { recursive: true });
    await writeFile(this.file, JSON.stringify(this.record, undefined, 1));
  }

  /** @param {Done} done */
  async #intact({ outputs }) {
    for (const [file, hash] of Object.entries(outputs)) {
      if (!existsSync(at(file)) || (await hashOf(at(file))) !== hash) return false;
    }
    return true;
  }
}
