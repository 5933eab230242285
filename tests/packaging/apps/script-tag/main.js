const { collector, guest: id } = Object.fromEntries(new URLSearchParams(location.search));
const guest = Guestsync.createGuestSync({ guest: id, endpoint: `${collector}/genesys`, token: async () => "test", consent: { service: true } });
guest.set({ bundler: "none" });
window.flushed = guest.flush();
