// Without the DOM's types, as a server's own code.
import { createGuestSync, type GuestSyncOptions } from "guestsync";

interface Profile {
  language: string;
  tier?: number;
}
const consented: boolean | undefined = undefined;
const options: GuestSyncOptions = { guest: "g1", storage: "memory", token: () => "t", consent: { service: true, marketing: consented }, wasm: "file:///page.wasm" };
const profile: Profile = { language: "en-US" };
export const set = createGuestSync(options).set(profile);
