/** The examples of README.md, so that they are run as they stand there. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const readme = await readFile(fileURLToPath(new URL("../../../README.md", import.meta.url)), "utf8");

/**
 * The one block of this language that contains a text.
 * @param {"html" | "js" | "sh" | "yaml"} language
 * @param {string} text
 * @returns {string}
 */
export function example(language, text) {
  const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, of, code]) => of === language && code?.includes(text));
  if (blocks.length !== 1) throw new Error(`README.md has ${blocks.length} ${language} examples with ${text}`);
  return blocks[0]?.[2] ?? "";
}
