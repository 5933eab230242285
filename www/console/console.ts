// The console page: a session, a form, attributes and faults on the left; on the right what became of them.

import type { GuestSync } from "guestsync";
import { failureText } from "./api.js";
import { enableAttributes, prepareAttributes } from "./attributes.js";
import { showBanner } from "./banner.js";
import { enableConsent, showConsent } from "./consent.js";
import { watchEvidence } from "./evidence.js";
import { showFaults } from "./faults.js";
import { enableForm } from "./form.js";
import { openGuest } from "./guest.js";
import { enableOffline } from "./offline.js";
import { askForSession, showSession } from "./session.js";
import { shortId } from "./short-id.js";
import { rememberedSession, type Session } from "./state.js";
import { showStatus } from "./status.js";
import { followEvents, prepareEvents } from "./views/events.js";
import { startWorker } from "./worker.js";

showBanner();
showConsent();
prepareAttributes();
prepareEvents();
const evidence = watchEvidence();
void startWorker();
void showFaults(evidence.restart);

const session = rememberedSession();
if (session === null) askForSession(open);
else open(session);

function open(session: Session): void {
  showSession(session);
  showStatus("guest", "ready", shortId(session.guestId));
  showStatus("sdk", "busy", "loading");
  enableForm(session.guestId);
  const guest = openGuest(session.guestId);
  followEvents(guest);
  enableAttributes(guest);
  enableConsent(guest);
  enableOffline();
  void showReadiness(guest);
  evidence.follow(session.guestId, guest);
}

async function showReadiness(guest: GuestSync): Promise<void> {
  try {
    await guest.ready;
    showStatus("sdk", "ready", "ready");
  } catch (failure) {
    showStatus("sdk", "failed", failureText(failure));
  }
}
