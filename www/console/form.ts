// The second card: the profile form, posted by `fetch` here and by plain navigation without any script.

import { call, failureText, isObject, refusal, type Answer } from "./api.js";
import { el, find } from "./dom.js";
import { notice } from "./notice.js";

const form = find("profile-form", HTMLFormElement);
const byFetch = find("submit-fetch", HTMLButtonElement);
const result = find("form-result", HTMLDivElement);

/** Lets the form be sent for this guest. */
export function enableForm(guestId: string): void {
  const hidden = form.elements.namedItem("guestId");
  if (hidden instanceof HTMLInputElement) hidden.value = guestId;
  find("profile-fields", HTMLFieldSetElement).disabled = false;
  form.addEventListener("submit", (event) => {
    if (event.submitter !== byFetch) return;
    event.preventDefault();
    void post();
  });
}

async function post(): Promise<void> {
  byFetch.disabled = true;
  markField(undefined);
  try {
    result.replaceChildren(outcome(await call(form.action, { method: form.method, body: fields() })));
  } catch (failure) {
    result.replaceChildren(notice("bad", "No answer", failureText(failure)));
  } finally {
    byFetch.disabled = false;
  }
}

function fields(): URLSearchParams {
  const encoded = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") encoded.append(name, value);
  }
  return encoded;
}

function outcome(answer: Answer): HTMLElement {
  const tag = el("span", { class: "answer-line" }, `Answered ${answer.status} in ${answer.ms} ms. `);
  if (answer.ok && isObject(answer.body)) {
    const held = Array.isArray(answer.body["held"]) ? answer.body["held"].join(", ") : "";
    const rest = held === "" ? null : el("span", {}, `Held for want of consent: ${held}. `);
    return answer.body["status"] === "queued"
      ? notice("wait", "Queued", tag, "The worker keeps the sealed patch and sends it later. ", rest)
      : notice("good", "Synced", tag, rest, el("a", { href: "#evidence", class: "to-evidence" }, "See what was stored"));
  }
  const { code, message, field } = refusal(answer);
  markField(field);
  return notice("bad", code, tag, message);
}

/** Marks the field that a refusal names, and only that one. */
function markField(field: string | undefined): void {
  for (const input of form.querySelectorAll("input")) {
    if (input.name === field) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}
