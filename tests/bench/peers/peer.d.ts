/** What each file of this folder exports, so that the benches drive them all alike: bundled for a page, it is `window.Peer`. */
export interface Peer {
  /** Starts the library as its documentation shows, pointed at the collector. Returns at once where the library lets one call at once. */
  start(options: PeerOptions): Contender;
}

/** Where a library sends, and for whom. */
export interface PeerOptions {
  /** The collector's origin. */
  collector: string;
  /** The guest, for those that know one. */
  guest: string;
}

/** A started library. */
export interface Contender {
  /** Tells one attribute. Where the library tells when it is kept, the promise says so. */
  set(key: string, value: string | number): unknown;
  /** Resolves when the library says that it is ready; without it, it is at once. */
  ready?: Promise<unknown>;
}
