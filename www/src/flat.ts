import type { Attributes } from "./options.js";

/** One call as one string: the format of the core's `attribute::flat`. Rules are the core's; this only writes down what was given. */
export function flat(attributes: Attributes): string {
  let head = "";
  let body = "";
  for (const key of Object.keys(attributes)) {
    const value: unknown = attributes[key];
    const type = typeof value;
    const text = type === "string" || type === "number" || type === "boolean" ? String(value) : type;
    const letter = type === "string" ? "s" : type === "number" ? "n" : type === "boolean" ? "b" : "x";
    head += `${letter}${key.length},${text.length};`;
    body += key + text;
  }
  return `${head}\n${body}`;
}
