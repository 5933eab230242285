import { NONE } from "./none.js";
import type { GuestSyncOptions } from "./options.js";

/** Of attributes that the options name no purpose for. */
const other = ({ purposes = NONE }: GuestSyncOptions) => purposes["*"] ?? "service";

/** Which purpose an attribute serves. */
export function purposeOf(options: GuestSyncOptions): (key: string) => string {
  const named = new Map(Object.entries(options.purposes ?? NONE));
  return (key) => named.get(key) ?? other(options);
}

/** The purposes that the browser's Global Privacy Control withdraws; undefined where it is off. */
export function withdrawnBySignal(options: GuestSyncOptions): string[] | undefined {
  if (typeof navigator !== "object" || !(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) return undefined;
  const named = Object.values(options.purposes ?? NONE) as string[];
  return [...new Set(options.gpc ?? named.filter((purpose) => purpose !== other(options)))];
}
