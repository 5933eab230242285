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
export function followConsentMode(guest: GuestSync, purposes: Record<string, string[]>): void {
  const page = globalThis as { dataLayer?: unknown[] };
  const layer = (page.dataLayer ??= []);
  const state: Record<string, unknown> = {};
  const heed = (entry: unknown): void => {
    const { 0: command, 1: action, 2: types } = Object(entry) as Record<number, unknown>;
    if (command !== "consent" || action !== "update" || typeof types !== "object" || !types) return;
    Object.assign(state, types);
    for (const [purpose, needed] of Object.entries(purposes)) {
      if (!needed.some((type) => type in types)) continue;
      const granted = needed.every((type) => state[type] === "granted");
      void guest[granted ? "grant" : "withdraw"](purpose).catch(() => {});
    }
  };
  layer.forEach(heed);
  const push = layer.push.bind(layer);
  layer.push = (...entries) => {
    const length = push(...entries);
    entries.forEach(heed);
    return length;
  };
}
