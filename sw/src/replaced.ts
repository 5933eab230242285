const scope = self as unknown as ServiceWorkerGlobalScope & { readonly serviceWorker?: ServiceWorker };

/** Whether a newer version of this worker is there, which takes over as soon as this one has no event left to wait for. */
export function isReplaced(): boolean {
  const { registration, serviceWorker } = scope;
  // Not every engine tells a worker which one it is.
  if (!serviceWorker) return false;
  return [registration.installing, registration.waiting].some((other) => other !== null && other !== serviceWorker);
}
