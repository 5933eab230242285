/** What a Background Sync of the queue is named. */
export const syncTag = "guestsync-forms";
/** And one of attributes. */
export const attributesTag = "guestsync-attributes";

interface Syncs {
  sync?: { register(tag: string): Promise<void> };
}

let firing = 0;

/** Forms are seen to because the browser has started this worker for them; a rejection has it try again later. */
export async function whileFiring<T>(act: () => Promise<T>): Promise<T> {
  firing++;
  try {
    return await act();
  } finally {
    firing--;
  }
}

/** Has the browser start this worker when it is online, where there is Background Sync. */
export function registerSync(tag: string): void {
  const { sync } = (self as unknown as ServiceWorkerGlobalScope).registration as ServiceWorkerRegistration & Syncs;
  // Registered while it fires, it would fire again at once, for ever.
  if (firing > 0 && tag === syncTag) return;
  // Not allowed, or no active registration: then pages and posts drain the queue.
  sync?.register(tag).catch(() => {});
}
