import type { GuestSync } from "../guest-sync.js";

/** What a consent management platform says of the visitor (IAB TCF v2, `TCData`), as far as it is needed here. */
interface TcData {
  eventStatus?: string;
  gdprApplies?: boolean;
  purpose?: { consents?: Record<string, boolean> };
}

type TcfApi = (command: string, version: number, callback: (data: TcData, success: boolean) => void) => void;

/**
 * Follows the decisions in the page's IAB TCF consent management platform: a purpose is granted while the visitor consents to all the
 * TCF purposes named for it, and withdrawn otherwise. Nothing is granted before the visitor has decided, and nothing where the platform
 * says that the GDPR does not apply: then the site grants by itself. What the platform has stored (`tcloaded`) does not outweigh Global
 * Privacy Control; what the visitor chooses on this page (`useractioncomplete`) does. The platform, or the stub that stands in for it until
 * it has loaded, comes first: where there is no `__tcfapi`, nothing is followed.
 *
 * ```ts
 * followTcf(guest, { marketing: [1, 3, 4] });
 * ```
 */
export function followTcf(guest: GuestSync, purposes: Readonly<Record<string, readonly number[]>>): void {
  const api = (globalThis as { __tcfapi?: TcfApi }).__tcfapi;
  api?.("addEventListener", 2, (data, success) => {
    const decided = data?.eventStatus === "tcloaded" || data?.eventStatus === "useractioncomplete";
    if (!success || !decided || data.gdprApplies === false) return;
    const consents = data.purpose?.consents ?? {};
    for (const [purpose, ids] of Object.entries(purposes)) {
      const granted = ids.length > 0 && ids.every((id) => consents[id] === true);
      // What is only repeated on each page is no answer to a signal that may have come since.
      const repeated = data.eventStatus === "tcloaded";
      void (granted ? guest.grant(purpose, { repeated }) : guest.withdraw(purpose)).catch(() => {});
    }
  });
}
