/** The browser's service workers; undefined where it has none here: in an insecure page, some private windows, and a sandboxed frame. */
export function serviceWorkers(): ServiceWorkerContainer | undefined {
  try {
    return navigator.serviceWorker;
  } catch {
    // A sandboxed frame may not even look.
    return undefined;
  }
}
