// Registers the service worker and follows it until it controls this page.

import { registerGuestWorker } from "guestsync";
import { failureText } from "./api.js";
import { showStatus } from "./status.js";

const SCRIPT = "/sw.js";

/** Registers the worker; its station in the header tells how far it is. */
export async function startWorker(): Promise<void> {
  showStatus("worker", "busy", "registering");
  try {
    await registerGuestWorker(SCRIPT);
  } catch (failure) {
    showStatus("worker", "failed", failureText(failure));
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", showControl);
  showControl();
}

function showControl(): void {
  if (navigator.serviceWorker.controller === null) showStatus("worker", "busy", "taking over");
  else showStatus("worker", "ready", "in control");
}
