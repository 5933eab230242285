import type { GuestSync } from "../guest-sync.js";

/**
 * Follows Google Consent Mode: a purpose is granted while all the consent types named for it are `granted`, and withdrawn when an update
 * denies one. Heeds the updates that `gtag("consent", "update", …)` has put into `dataLayer` so far, and those from now on. What is said
 * by `default` holds until somebody decides, and is no decision: it neither grants nor withdraws.
 *
 * ```ts
 * followConsentMode(guest, { marketing: ["ad_user_data"] });
 * ```
 */
export function followConsentMode(guest: GuestSync, purposes: Readonly<Record<string, readonly string[]>>): void {
  const page = globalThis as { dataLayer?: unknown[] };
  const layer = (page.dataLayer ??= []);
  const state: Record<string, unknown> = {};
  /** What was said together counts as a whole: a history is not lived through once more. */
  const heed = (entries: unknown[]): void => {
    const said = entries.reduce((said: object, entry) => Object.assign(said, update(entry)), {});
    Object.assign(state, said);
    for (const [purpose, needed] of Object.entries(purposes)) {
      if (!needed.some((type) => type in said)) continue;
      const are = needed.map((type) => state[type]);
      const decision = are.every((is) => is === "granted") ? "grant" : are.includes("denied") && "withdraw";
      // One that waits for another type's is none yet.
      if (decision) void guest[decision](purpose).catch(() => {});
    }
  };
  heed(layer);
  const push = layer.push.bind(layer);
  layer.push = (...entries) => {
    const length = push(...entries);
    heed(entries);
    return length;
  };
}

/** The types that an entry of the layer updates. */
function update(entry: unknown): object {
  try {
    const { 0: command, 1: action, 2: types } = Object(entry) as Record<number, unknown>;
    return command === "consent" && action === "update" ? { ...(types as object) } : {};
  } catch {
    // The layer is everybody's: what cannot be read is not ours.
    return {};
  }
}
