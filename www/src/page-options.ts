import { randomId } from "./effect/session.js";
import { GuestSyncError } from "./errors.js";
import type { Part } from "./flat.js";
import type { GuestSyncOptions, PersonalData } from "./options.js";

/** Kinds of personal data, in the core's order. */
const KINDS: PersonalData[] = ["email", "phone", "card", "iban", "ssn", "ip"];

/** The options in the order in which the core reads them; {@link checkOptions} has refused what cannot be an option. */
export function pageOptions(options: GuestSyncOptions): Part[] {
  const { guest, ungranted, batch = {}, limits = {} } = options;
  const { maxItems = 10, maxDelayMs = 2000 } = batch;
  const { keysPerUpdate = 100, keysPerGuest = 1024, valueBytes = 256 } = limits;
  const purposes = Object.entries(options.purposes ?? {});
  const { allow = [], region, ...pii } = options.pii ?? {};
  const signalled = withdrawnBySignal(options);
  const stated = Object.entries(options.consent ?? {}).filter(([, granted]) => granted);
  return [
    ...crypto.getRandomValues(new Uint32Array(2)),
    guest,
    randomId(),
    ungranted === "drop" ? "" : null,
    options.onConflict ? "" : null,
    options.webhook ? "" : null,
    maxItems,
    maxDelayMs,
    keysPerUpdate,
    keysPerGuest,
    valueBytes,
    purposes.length,
    ...purposes.flat(),
    stated.length,
    ...stated.map(([purpose]) => purpose),
    signalled.length,
    ...signalled,
    region,
    ...KINDS.map((kind) => pii[kind]),
    allow.length,
    ...allow,
  ];
}

/** The purposes that the browser's Global Privacy Control withdraws; none where it is off. */
function withdrawnBySignal({ gpc, purposes = {} }: GuestSyncOptions): string[] {
  if (typeof navigator !== "object" || !(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) return [];
  const { "*": other = "service" } = purposes;
  return [...new Set(gpc ?? Object.values(purposes).filter((purpose) => purpose !== other))];
}

/** What the types cannot promise to those who write JavaScript. */
export function checkOptions(options: GuestSyncOptions): void {
  const refuse = (option: string, message: string): never => {
    throw new GuestSyncError("options.invalid", `${option}: ${message}`);
  };
  if (typeof options !== "object" || options === null) refuse("options", "is an object.");
  const { guest, storage, batch, consent, purposes, pii, webhook } = options;
  if (guest !== undefined && !(typeof guest === "string" && /^[A-Za-z0-9._~-]{1,128}$/.test(guest))) {
    refuse("guest", "is 1 to 128 letters, digits, dots, tildes, underscores or hyphens.");
  }
  if (storage !== undefined && typeof storage !== "object" && !["auto", "local", "memory"].includes(storage)) {
    refuse("storage", 'is "auto", "local", "memory" or an object.');
  }
  for (const [name, value] of Object.entries(batch ?? {})) {
    if (!(Number.isInteger(value) && value >= 0 && value <= 0x7fffffff)) refuse(`batch.${name}`, "is a whole number, not negative.");
  }
  for (const [name, value] of Object.entries(consent ?? {})) {
    if (typeof value !== "boolean") refuse(`consent.${name}`, "is true or false.");
  }
  for (const [name, value] of Object.entries(purposes ?? {})) {
    if (typeof value !== "string" || !value) refuse(`purposes.${name}`, "is the name of a purpose.");
  }
  const { allow, region, ...policies } = pii ?? {};
  for (const [name, value] of Object.entries(policies)) {
    if (!KINDS.includes(name as PersonalData)) refuse(`pii.${name}`, `is none of ${KINDS.join(", ")}.`);
    if (!["flag", "mask", "block"].includes(value)) refuse(`pii.${name}`, 'is "flag", "mask" or "block".');
  }
  if (allow !== undefined && !Array.isArray(allow)) refuse("pii.allow", "is a list of keys.");
  if (region !== undefined && !/^[A-Z]{2}$/.test(region)) refuse("pii.region", "is a country's two capital letters.");
  if (webhook !== undefined && typeof webhook !== "string") refuse("webhook", "is a URL.");
}
