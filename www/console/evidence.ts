// Keeps the views of the right side up to date while somebody looks at them.

import type { GuestSync } from "guestsync";
import { call } from "./api.js";
import { find } from "./dom.js";
import { empty } from "./notice.js";
import { everySecond } from "./poll.js";
import { NoSandbox, openedProfile, requestsAfter, storedGuests, type StoredGuest } from "./sandbox.js";
import { showSessionGone } from "./session.js";
import { showStatus } from "./status.js";
import { showAttributes } from "./views/attributes.js";
import { prepareAudit, showAudit } from "./views/audit.js";
import { prepareJournal, showJournal } from "./views/journal.js";
import { showNoKey, showOpened, showStored } from "./views/profile.js";
import { addRequests, clearRequests } from "./views/requests.js";

/** The running views. */
export interface Evidence {
  /** Tells whose data to show from now on. */
  follow(guestId: string, guest: GuestSync): void;
  /** Forgets the requests shown so far, after the sandbox was emptied. */
  restart(): void;
}

/** Starts the views and the upstream station of the header. */
export function watchEvidence(): Evidence {
  let followed: { guestId: string; guest: GuestSync } | null = null;
  let seen = 0;
  let gone = false;
  let opened: string | null = null;
  let hasSandbox = true;

  clearRequests();
  prepareJournal();
  prepareAudit();
  showEmptyStore();

  const restart = (): void => {
    seen = 0;
    clearRequests();
  };

  const refreshRequests = async (): Promise<void> => {
    const { requests, next } = await requestsAfter(seen);
    // A sandbox that was started anew counts from the beginning again.
    if (next < seen) return restart();
    seen = next;
    addRequests(requests);
  };

  const refreshStore = async (guestId: string): Promise<void> => {
    const guest = (await storedGuests()).find(({ id }) => id === guestId) ?? null;
    if (guest === null && !gone) showSessionGone();
    gone = guest === null;
    showStored(guest);
    showAttributes(guest);
    if (guest === null) showOpened(null);
    else await refreshOpened(guest);
  };

  // Opening makes the gateway read the profile at Genesys: only asked for when the profile is another one.
  const refreshOpened = async ({ id, profile }: StoredGuest): Promise<void> => {
    const text = JSON.stringify(profile);
    if (text === opened) return;
    await openedProfile(id).then(showOpened, withoutKey);
    opened = text;
  };

  const refreshSandbox = async (): Promise<void> => {
    await refreshRequests();
    if (followed !== null) await refreshStore(followed.guestId);
    showStatus("upstream", "ready", "the sandbox");
  };

  everySecond(async () => {
    try {
      await (hasSandbox ? refreshSandbox() : showUpstream());
    } catch (failure) {
      hasSandbox = hasSandbox && !(failure instanceof NoSandbox);
      if (hasSandbox) showStatus("upstream", "failed", "no answer");
      else showNoSandbox();
    }
    if (followed === null) return;
    showJournal(followed.guest);
    showAudit(followed.guest);
  });

  return {
    follow(guestId, guest) {
      followed = { guestId, guest };
    },
    restart,
  };
}

/** The sandbox answers but cannot open: the gateway seals to a key that it does not hold itself. */
function withoutKey(failure: unknown): void {
  if (!(failure instanceof NoSandbox)) throw failure;
  showNoKey();
}

function showEmptyStore(): void {
  showStored(null);
  showAttributes(null);
  showOpened(null);
}

async function showUpstream(): Promise<void> {
  const ready = await call("/readyz").then(
    ({ ok }) => ok,
    () => false,
  );
  showStatus("upstream", ready ? "ready" : "failed", ready ? "Genesys Cloud" : "not ready");
}

function showNoSandbox(): void {
  for (const id of ["stored-profile", "opened-values", "attributes-stored", "requests"]) {
    find(id, HTMLDivElement).replaceChildren(empty("Only shown when the gateway runs with the sandbox."));
  }
}
