/** What a Background Sync of the queue is named. */
export const syncTag = "guestsync-forms";
/** And one of attributes. */
export const attributesTag = "guestsync-attributes";

interface Syncs {
  sync?: { register(tag: string): Promise<void> };
}

/** Has the browser start this worker when it is online, where there is Background Sync. */
export function registerSync(tag: string): void {
  const { sync } = (self as unknown as ServiceWorkerGlobalScope).registration as ServiceWorkerRegistration & Syncs;
  // Not allowed, or no active registration: then pages and posts drain the queue.
  sync?.register(tag).catch(() => {});
}
