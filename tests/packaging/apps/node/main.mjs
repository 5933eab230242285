import { createGuestSync } from "guestsync";

const [collector, guest] = process.argv.slice(2);
const sync = createGuestSync({ guest, endpoint: `${collector}/genesys`, token: async () => "test", consent: { service: true }, storage: "memory" });
const set = await sync.set({ bundler: "node" });
const flushed = await sync.flush();
sync.close();
console.log(JSON.stringify({ set, flushed }));
