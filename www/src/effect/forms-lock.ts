/** Resolves when no worker is between its last look at the journal and the start of a request with a form. */
export async function formsLooked(): Promise<void> {
  try {
    // Whoever sends forms holds it, and looks anew when it has it again.
    await navigator.locks.request("guestsync/forms", () => {});
  } catch {
    // No locks: a browser without, or none for this frame.
  }
}
