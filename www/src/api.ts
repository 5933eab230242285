import { checkedOptions } from "./check-options.js";
import { pageGuestSync } from "./guest.js";
import type { GuestSync } from "./guest-sync.js";
import type { GuestSyncOptions } from "./options.js";

export { followConsentMode } from "./consent/consent-mode.js";
export { followTcf } from "./consent/tcf.js";
export { GuestSyncError, type GuestSyncErrorCode, type Issue, type IssueCode, ValidationError } from "./errors.js";
export type { GuestSyncEvent, GuestSyncEvents, Reason } from "./events.js";
export type { GuestSync } from "./guest-sync.js";
export type * from "./options.js";
export { registerGuestWorker, type RegisterGuestWorkerOptions } from "./register.js";

/**
 * Starts to keep a guest's attributes in step. Returns at once; the wasm loads behind it, and calls made before it is there wait.
 *
 * @throws {GuestSyncError} `options.invalid`, with the option's name.
 */
export function createGuestSync(options: GuestSyncOptions): GuestSync {
  return pageGuestSync(checkedOptions(options));
}
export { discardProfile, logoutProfile, onProfile, profileStatus, retryProfile } from "./forms.js";
export type * from "./profile-messages.js";
