import type { ProfileEvent } from "../options.js";

const scope = self as unknown as ServiceWorkerGlobalScope;

/** Tells every page of the site, whether this worker controls it or not. */
export async function tellPages(event: ProfileEvent): Promise<void> {
  // The answer to a form goes first.
  await new Promise((resolve) => setTimeout(resolve));
  const pages = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) page.postMessage({ guestsync: event });
}
