// Tells what came of a form that was posted by navigation: the answer comes back in the address, which is then cleaned.

import { el, find } from "./dom.js";
import { notice, type Tone } from "./notice.js";

const OUTCOMES: Readonly<Record<string, readonly [Tone, string, string]>> = {
  synced: ["good", "Synced", "The form was posted as a plain navigation, sealed on the way, and you were sent back here."],
  queued: ["wait", "Queued", "The sealed patch is kept and will be sent as soon as Genesys takes it."],
};

/** Shows and removes `?guestsync=…&field=…`. */
export function showBanner(): void {
  const address = new URL(location.href);
  const outcome = address.searchParams.get("guestsync");
  if (outcome === null) return;
  const field = address.searchParams.get("field");
  address.searchParams.delete("guestsync");
  address.searchParams.delete("field");
  history.replaceState(history.state, "", address);

  const about = field === null || field === "" ? "" : ` Field: ${field}.`;
  const [tone, title, text] = OUTCOMES[outcome] ?? ["bad", "Not synced", `The answer was ${outcome}.${about}`];
  const close = el("button", { class: "quiet", type: "button", "data-testid": "banner-close" }, "Close");
  const banner = find("banner", HTMLDivElement);
  banner.replaceChildren(notice(tone, title, el("span", {}, text), close));
  banner.dataset["outcome"] = outcome;
  banner.hidden = false;
  close.addEventListener("click", () => {
    banner.hidden = true;
  });
}
