import { createGuestSync, type GuestSync, GuestSyncError, type Ready, registerGuestWorker, ValidationError } from "guestsync";

const guest: GuestSync = createGuestSync({ consent: { service: true }, storage: "memory" });
const ready: Promise<Ready> = guest.ready;
guest.on("delivered", ({ keys, latencyMs }) => [keys.length, latencyMs.toFixed()]);
guest.set({ tier: 3, vip: true, language: "en-US" }).then(
  ({ stored }) => stored === "disk",
  (error: unknown) => error instanceof ValidationError && error.issues.map(({ key, code }) => key + code),
);
// @ts-expect-error An attribute is flat.
guest.set({ tier: { level: 3 } });
// @ts-expect-error There is no such event.
guest.on("arrived", () => {});
export const all = [ready, GuestSyncError, registerGuestWorker];
