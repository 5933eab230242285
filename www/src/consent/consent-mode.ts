import type { GuestSync } from "../guest.js";

/**
 * Follows Google Consent Mode: a purpose is granted while all the consent types named for it are `granted`, and withdrawn when an update
 * denies one. Reads what `gtag("consent", …)` has put into `dataLayer` so far, and what it puts there from now on.
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
    const [command, action, types] = Array.from((entry ?? []) as ArrayLike<unknown>);
    if (command !== "consent" || (action !== "default" && action !== "update") || typeof types !== "object") return;
    Object.assign(state, types);
    for (const [purpose, needed] of Object.entries(purposes)) {
      if (!needed.some((type) => type in (types as object))) continue;
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
