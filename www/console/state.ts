// What the console remembers: the session of this tab, the last session of any tab, and the consent switches.

/** The session of this tab. */
export interface Session {
  /** Chosen here at random; Genesys never sees it. */
  readonly sessionId: string;
  /** Given by the gateway. */
  readonly guestId: string;
}

/** The purposes of this page's attributes. */
export type Purpose = "service" | "marketing";

/** Which purposes the switches show as granted. */
export type Consent = Readonly<Record<Purpose, boolean>>;

const SESSION = "console.session";
const LAST_SESSION = "console.lastSession";
const CONSENT = "console.consent";
const STATED: Consent = { service: true, marketing: false };

/** The session that an earlier load of this tab has started. */
export function rememberedSession(): Session | null {
  return read<Session>(() => sessionStorage, SESSION);
}

/** The session that was started last in any tab, also one that is closed or has crashed. */
export function lastSession(): Session | null {
  return read<Session>(() => localStorage, LAST_SESSION);
}

/** Keeps the session for the next load. */
export function rememberSession(session: Session): void {
  write(() => sessionStorage, SESSION, session);
  write(() => localStorage, LAST_SESSION, session);
}

/** Forgets the session, so that the next load starts with none. */
export function forgetSession(): void {
  write(() => sessionStorage, SESSION, null);
  write(() => localStorage, LAST_SESSION, null);
}

/** The switches as they were left in any tab. */
export function rememberedConsent(): Consent {
  return { ...STATED, ...read<Consent>(() => localStorage, CONSENT) };
}

/** Keeps the switches. */
export function rememberConsent(consent: Consent): void {
  write(() => localStorage, CONSENT, consent);
}

/** Calls back when another tab has moved a switch. */
export function onConsentElsewhere(callback: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === CONSENT) callback();
  });
}

// A browser that blocks site data throws at the mere access; the console then forgets at each load and works all the same.

function read<Kept>(storage: () => Storage, key: string): Kept | null {
  try {
    return JSON.parse(storage().getItem(key) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // nothing kept
  }
}
