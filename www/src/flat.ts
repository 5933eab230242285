import type { Attributes } from "./options.js";

/** A text on its way to the wasm; null or undefined: none. */
export type Part = string | number | null | undefined;

/** Texts as one string: the format of the core's `flat`. */
export function pack(parts: Part[]): string {
  return `${parts.map((part) => (part == null ? "" : String(part).length)).join()}\n${parts.join("")}`;
}

/** Keys and values in turn, each value with its type's letter before it. Rules are the core's; this only writes down what was given. */
export function flat(attributes: Attributes): string[] {
  return Object.entries(attributes).flatMap(([key, value]: [string, unknown]) => {
    const type = typeof value;
    return [key, type === "string" || type === "number" || type === "boolean" ? type[0] + String(value) : "x"];
  });
}
