/** The names of what events tell, in the order in which the core tells it. */
const EVENTS: Record<string, string[]> = {
  delivered: ["keys", "latencyMs"],
  held: ["keys"],
  dropped: ["keys"],
  withdrawn: ["keys", "purpose"],
  rejected: ["keys", "status", "code", "message"],
  retrying: ["status", "code", "message", "delayMs"],
  conflict: ["keys"],
  expired: ["keys"],
  trapped: ["keys"],
  storage: ["reason"],
  finding: ["key", "kind", "policy"],
  ready: ["guestId"],
};

/** The same of the results of calls. */
const NAMES: Record<string, string[]> = {
  ...EVENTS,
  set: ["stored", "held"],
  flushed: ["delivered", "pending", "held"],
  metrics: [
    "set",
    "restored",
    "delivered",
    "deliveredElsewhere",
    "superseded",
    "withdrawn",
    "dropped",
    "rejected",
    "expired",
    "pending",
    "held",
    "oldestAgeMs",
    "latencyMeanMs",
    "latencyP50Ms",
    "latencyP95Ms",
    "latencyP99Ms",
  ],
};

/** What was told, by name; what is missing is left out. */
export function detailsOf(kind: string, told: unknown[]): object | undefined {
  const names = NAMES[kind];
  return names && Object.fromEntries(told.map((value, at) => [names[at], value]).filter(([, value]) => value !== null));
}

export const isEvent = (name: string) => Object.keys(EVENTS).includes(name);
