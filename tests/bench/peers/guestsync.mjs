/** Guestsync, as a page imports it; the collector stands where the gateway would. */
import { createGuestSync } from "guestsync";

/** @type {import("./peer.js").Peer["start"]} */
export function start({ collector, guest }) {
  const sync = createGuestSync({
    guest,
    endpoint: `${collector}/genesys`,
    token: async () => "bench",
    consent: { service: true },
    wasm: "/guestsync.wasm",
  });
  return { ready: sync.ready, set: (key, value) => sync.set({ [key]: value }) };
}
