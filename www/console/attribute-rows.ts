// The rows of the attribute editor: key, value, type. Which keys and values are allowed is for the SDK to say.

import type { Attributes, AttributeValue } from "guestsync";
import { el, find } from "./dom.js";

const TYPES = ["string", "number", "boolean"] as const;

const rows = find("attribute-rows", HTMLOListElement);
let count = 0;

/** Adds a row and gives its key field, for the focus. */
export function addRow(key = "", value = ""): HTMLInputElement {
  const index = count;
  count += 1;
  const keyField = el("input", {
    "aria-label": `Key ${index + 1}`,
    "data-testid": `attr-key-${index}`,
    "data-part": "key",
    value: key,
    autocapitalize: "none",
    spellcheck: "false",
  });
  const typeField = el(
    "select",
    { "aria-label": `Type ${index + 1}`, "data-testid": `attr-type-${index}`, "data-part": "type" },
    ...TYPES.map((type) => el("option", {}, type)),
  );
  const remove = el(
    "button",
    { class: "quiet remove", type: "button", "aria-label": `Remove row ${index + 1}`, "data-testid": `attr-remove-${index}` },
    "×",
  );
  const row = el("li", { class: "attribute-row" }, keyField, textValue(index, value), typeField, remove);
  typeField.addEventListener("change", () => {
    const field = valueOf(row);
    field?.replaceWith(
      typeField.value === "boolean"
        ? booleanValue(index)
        : textValue(index, field instanceof HTMLInputElement ? field.value : "", typeField.value),
    );
  });
  remove.addEventListener("click", () => {
    row.remove();
    if (rows.childElementCount === 0) addRow().focus();
  });
  rows.append(row);
  return keyField;
}

/** The update that the rows describe; rows without a key are left out, a later row wins over an earlier one. */
export function readRows(): Attributes {
  return Object.fromEntries(
    [...rows.children].flatMap((row): [string, AttributeValue][] => {
      const key = row.querySelector<HTMLInputElement>("[data-part=key]")?.value.trim() ?? "";
      const type = row.querySelector<HTMLSelectElement>("[data-part=type]")?.value ?? "string";
      return key === "" ? [] : [[key, typed(type, valueOf(row)?.value ?? "")]];
    }),
  );
}

function typed(type: string, text: string): AttributeValue {
  if (type === "boolean") return text === "true";
  // An empty field is no number; `Number("")` would make it 0.
  return type === "number" ? (text.trim() === "" ? NaN : Number(text)) : text;
}

function valueOf(row: Element): HTMLInputElement | HTMLSelectElement | null {
  return row.querySelector("[data-part=value]");
}

function textValue(index: number, value: string, type = "string"): HTMLInputElement {
  return el("input", { ...valueAttributes(index), value, inputmode: type === "number" ? "decimal" : "text" });
}

function booleanValue(index: number): HTMLSelectElement {
  return el("select", valueAttributes(index), el("option", {}, "true"), el("option", {}, "false"));
}

function valueAttributes(index: number): Record<string, string> {
  return { "aria-label": `Value ${index + 1}`, "data-testid": `attr-value-${index}`, "data-part": "value" };
}
