// The consent switches: one per purpose, moved through the SDK's `grant` and `withdraw`.

import type { GuestSync } from "guestsync";
import { failureText } from "./api.js";
import { find } from "./dom.js";
import { notice } from "./notice.js";
import { onConsentElsewhere, rememberConsent, rememberedConsent, type Purpose } from "./state.js";

const fields = find("consent-fields", HTMLFieldSetElement);
const switches = [...fields.querySelectorAll("input")];

/** Shows the switches as they were left. */
export function showConsent(): void {
  const consent = rememberedConsent();
  for (const field of switches) field.checked = consent[field.name as Purpose];
}

/** Lets the switches be moved. */
export function enableConsent(guest: GuestSync): void {
  fields.disabled = false;
  onConsentElsewhere(showConsent);
  for (const field of switches) field.addEventListener("change", () => void move(guest, field));
}

async function move(guest: GuestSync, field: HTMLInputElement): Promise<void> {
  const purpose = field.name as Purpose;
  const granted = field.checked;
  field.disabled = true;
  try {
    await (granted ? guest.grant(purpose) : guest.withdraw(purpose));
    rememberConsent({ ...rememberedConsent(), [purpose]: granted });
  } catch (failure) {
    find("attr-result", HTMLDivElement).replaceChildren(notice("bad", "Consent did not change", failureText(failure)));
  } finally {
    field.disabled = false;
    showConsent();
  }
}
