/** The URL as `fetch` takes it: a frame without an address of its own has its parent's for a base, and a page may name another. */
export const absolute = (url: string | URL): URL =>
  new URL(url, (globalThis as { document?: { baseURI: string } }).document?.baseURI ?? globalThis.location?.href);
