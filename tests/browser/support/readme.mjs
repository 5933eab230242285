/** The examples of README.md and of docs/, so that they are run as they stand there. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The one block of this language that contains a text.
 * @param {"html" | "js" | "nginx" | "sh" | "yaml"} language
 * @param {string} text
 * @param {string} [file] from the repository's root
 * @returns {string}
 */
export function example(language, text, file = "README.md") {
  const page = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), "utf8");
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, of, code]) => of === language && code?.includes(text));
  if (blocks.length !== 1) throw new Error(`${file} has ${blocks.length} ${language} examples with ${text}`);
  return blocks[0]?.[2] ?? "";
}
