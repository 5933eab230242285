// The offline switch: this page is told that the network is gone, as a browser tells it.

import { find } from "./dom.js";

/** Lets the switch be moved. The worker and other tabs are not told: they send as always. */
export function enableOffline(): void {
  const field = find("offline", HTMLInputElement);
  field.addEventListener("change", () => dispatchEvent(new Event(field.checked ? "offline" : "online")));
}
