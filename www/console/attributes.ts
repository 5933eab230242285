// The third card: sets attributes through the SDK and shows what its promises say.

import type { GuestSync } from "guestsync";
import { failureText, isObject } from "./api.js";
import { addRow, readRows } from "./attribute-rows.js";
import { el, find } from "./dom.js";
import { notice } from "./notice.js";

/** What each `stored` of a `set` promise outlives. */
const STORED: Readonly<Record<string, string>> = {
  disk: "It survives even a killed browser.",
  tab: "It survives a reload, a closed tab and a crashed one, but not a killed browser.",
  memory: "The browser's storage refused it, so it lasts as long as this page.",
  held: "It waits in memory until its purpose is granted.",
};

const FLUSH_MS = 10_000;

const result = find("attr-result", HTMLDivElement);

/** Lets attributes be set for this guest. */
export function enableAttributes(guest: GuestSync): void {
  const form = find("attribute-form", HTMLFormElement);
  const flush = find("attr-flush", HTMLButtonElement);
  find("attribute-fields", HTMLFieldSetElement).disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void show(set(guest));
  });
  flush.addEventListener("click", () => void show(flushed(guest)));
}

/** Puts the first row into the editor. */
export function prepareAttributes(): void {
  addRow("preferredLanguage", "en-US");
  find("attr-add", HTMLButtonElement).addEventListener("click", () => addRow().focus());
}

async function show(outcome: Promise<HTMLElement>): Promise<void> {
  result.replaceChildren(
    await outcome.catch((failure: unknown) => {
      const issues = isObject(failure) && Array.isArray(failure["issues"]) ? failure["issues"] : [];
      return notice("bad", "Refused", issues.length === 0 ? el("p", {}, failureText(failure)) : issueList(issues));
    }),
  );
}

async function set(guest: GuestSync): Promise<HTMLElement> {
  const values = readRows();
  if (Object.keys(values).length === 0) return notice("plain", "Nothing to set", el("span", {}, "Give at least one key."));
  const { stored, masked, held } = await guest.set(values);
  const note = notice(stored === "held" || stored === "memory" ? "wait" : "good", `Stored: ${stored}`, STORED[stored] ?? null);
  if (masked.length > 0) note.append(el("p", {}, `Masked, because personal data was found: ${masked.join(", ")}.`));
  if (held.length > 0 && stored !== "held") note.append(el("p", {}, `Held until consent is given: ${held.join(", ")}.`));
  note.dataset["stored"] = stored;
  return note;
}

async function flushed(guest: GuestSync): Promise<HTMLElement> {
  const { delivered, pending, held } = await guest.flush({ timeoutMs: FLUSH_MS });
  const counts = `${delivered} delivered, ${pending} pending, ${held} held.`;
  return notice(pending > 0 ? "wait" : "good", "Flushed", el("span", {}, counts));
}

function issueList(issues: readonly unknown[]): HTMLElement {
  const lines = issues
    .filter(isObject)
    .map((issue) =>
      el(
        "li",
        {},
        el("code", {}, String(issue["key"] ?? "")),
        ` ${String(issue["message"] ?? "")} `,
        el("small", {}, String(issue["code"] ?? "")),
      ),
    );
  return el("ul", {}, ...lines);
}
