/** The collector and the guest, as the page's address names them. */
export function settings() {
  const { collector, guest } = Object.fromEntries(new URLSearchParams(location.search));
  return { guest, endpoint: `${collector}/genesys`, token: async () => "test", consent: { service: true } };
}
