import type { Attributes } from "./options.js";

/** A text on its way to the wasm; null or undefined: none. */
export type Part = string | number | null | undefined;

/** Half a character at an end of a text: with half a one beside it, it would become a whole one. */
const HALVES = /^[\udc00-\udfff]|[\ud800-\udbff]$/g;

/** Texts as one string: the format of the core's `flat`. */
export function pack(parts: Part[], whole = false): string {
  const lengths = `${parts.map((part) => (part == null ? "" : String(part).length)).join()}\n`;
  // Joined at once, long texts are copied once.
  const text = [lengths, ...parts].join("");
  // Looked for in all at once: nearly always there is none.
  if (!whole && /[\ud800-\udfff]/.test(text)) {
    return pack(parts.map((part) => (typeof part === "string" ? part.replace(HALVES, "\ufffd") : part)), true);
  }
  return text;
}

/** Keys and values in turn, each value with its type's letter before it. Rules are the core's; this only writes down what was given. */
export function flat(attributes: Attributes): string[] {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(attributes) as [string, unknown][]) {
    const type = typeof value;
    parts.push(key, type === "string" || type === "number" || type === "boolean" ? type[0] + String(value) : "x");
  }
  return parts;
}
