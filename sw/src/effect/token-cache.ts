/** A token and when it expires, in milliseconds since 1970. */
interface Kept {
  token: string;
  expiresAt: number;
}

const name = "guestsync-tokens";

/**
 * Tokens in Cache Storage (`tokenCache: "cache-storage"`), so that a worker that starts anew need not ask for one. Page scripts can
 * read them there. One that has been handed out before in this life is not handed out again: it was refused, or is about to expire.
 */
export class TokenCache {
  readonly #given = new Map<string, string>();
  /** When a guest's session has ended; without a guest: any. */
  readonly #ended = new Map<string, number>();

  /** Whose form came in last: only this guest's is kept. */
  #current: string | undefined;

  /** A form of a guest comes in: nothing is kept of the one before. */
  async enter(guestId: string): Promise<void> {
    if (this.#current === guestId) return;
    this.#current = guestId;
    try {
      const cache = await caches.open(name);
      for (const { url } of await cache.keys()) if (url !== new URL(keyOf(guestId), url).href) await cache.delete(url);
    } catch {
      // No Cache Storage here: nothing is kept.
    }
  }

  async take(guestId: string): Promise<Kept | undefined> {
    try {
      const cache = await caches.open(name);
      const kept = (await (await cache.match(keyOf(guestId)))?.json()) as Kept | undefined;
      if (!kept) return undefined;
      if (!(kept.expiresAt > Date.now()) || this.#given.get(guestId) === kept.token) {
        await cache.delete(keyOf(guestId));
        return undefined;
      }
      this.#given.set(guestId, kept.token);
      return kept;
    } catch {
      return undefined;
    }
  }

  /** `lifeMs`: how long it is good for; one that does not say is not kept, nor one that was asked for before the session ended. */
  async keep(guestId: string, token: string, askedAt: number, lifeMs: number): Promise<void> {
    if ([guestId, ""].some((ended) => askedAt < (this.#ended.get(ended) ?? 0))) return;
    this.#given.set(guestId, token);
    if (!(lifeMs > 0) || guestId !== (this.#current ?? guestId)) return;
    const kept: Kept = { token, expiresAt: Date.now() + lifeMs };
    await caches.open(name).then((cache) => cache.put(keyOf(guestId), new Response(JSON.stringify(kept))), () => {}).catch(() => {});
  }

  async forget(guestId: string): Promise<void> {
    this.#ended.set(guestId, performance.now());
    if (!guestId) await caches.delete(name).catch(() => {});
    else await caches.open(name).then((cache) => cache.delete(keyOf(guestId)), () => {});
  }
}

const keyOf = (guestId: string) => `/guestsync-token?guest=${encodeURIComponent(guestId)}`;
