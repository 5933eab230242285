// Prints JSON for reading: short things on one line, sealed values shortened, kinds of value told apart by colour.

import { el, type Child } from "../dom.js";
import { isSealed } from "./jwe.js";
import { sealedValue, shorten } from "./sealed.js";

const INDENT = "  ";
const WIDE = 84;
const NARROW = 34;
const phone = matchMedia("(max-width: 559px)");

/** A parsed JSON document, or a text that is none, as a block. */
export function jsonBlock(value: unknown): HTMLElement {
  const content = typeof value === "string" ? [value] : print(value, "");
  return el("pre", { class: "json", tabindex: 0 }, ...content);
}

function print(value: unknown, indent: string): Child[] {
  if (isSealed(value)) return [`"`, sealedValue(value), `"`];
  if (typeof value === "string") return [atom("string", value)];
  if (typeof value !== "object" || value === null) return [atom("bare", value)];
  const isArray = Array.isArray(value);
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  const inner = indent + INDENT;
  const entries = Object.entries(value).map(([key, entry]): Child[] =>
    isArray ? print(entry, inner) : [el("span", { class: "json-key" }, JSON.stringify(key)), ": ", ...print(entry, inner)],
  );
  if (entries.length === 0) return [open + close];
  const broken = plain(value).length > (phone.matches ? NARROW : WIDE);
  const before = broken ? `\n${inner}` : isArray ? "" : " ";
  const after = broken ? `\n${indent}` : isArray ? "" : " ";
  const between = broken ? `,\n${inner}` : ", ";
  return [open + before, ...entries.flatMap((entry, index) => (index === 0 ? entry : [between, ...entry])), after + close];
}

function atom(kind: string, value: unknown): HTMLElement {
  return el("span", { class: `json-${kind}` }, JSON.stringify(value));
}

/** The document as one line with sealed values shortened, to measure. */
function plain(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (isSealed(inner) ? shorten(inner) : inner));
}
