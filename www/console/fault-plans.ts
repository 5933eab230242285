// The fault plans that the console offers. They concern the two calls that carry a visitor's data, so that sessions still start.

import { isObject } from "./api.js";

/** A choice of the fourth card. */
export interface Plan {
  /** Also the name of the plan's rule, by which it is recognised when the sandbox tells its plan. */
  readonly name: string;
  readonly label: string;
  readonly effect: string;
  /** What `PUT /_sandbox/faults` takes. */
  readonly document: { readonly rules: readonly unknown[] };
}

const WRITES = ["A1", "P1"];
const RETRY_AFTER_S = 5;
const SLOW_MS = 2500;

/** All choices; the first one is a sandbox that behaves. */
export const PLANS: readonly Plan[] = [
  { name: "none", label: "Behave", effect: "every request is answered", document: { rules: [] } },
  plan("503", "Answer 503", "unavailable until you change it back", { kind: "status", status: 503 }),
  plan("429", "Answer 429", `Retry-After: ${RETRY_AFTER_S} seconds`, { kind: "status", status: 429, retryAfter: RETRY_AFTER_S }),
  plan("lost", "Lose answers", "the write happens, the answer never comes", { kind: "lost" }),
  plan("slow", "Be slow", `each answer takes ${SLOW_MS / 1000} seconds longer`, { kind: "delay", ms: SLOW_MS }),
];

/** The name of the choice that a plan told by the sandbox is; `undefined` for a plan made elsewhere. */
export function planInForce(document: Readonly<Record<string, unknown>>): string | undefined {
  const rules = Array.isArray(document["rules"]) ? document["rules"] : [];
  if (rules.length === 0) return "none";
  const [rule] = rules;
  return rules.length === 1 && isObject(rule) ? PLANS.find(({ name }) => name === rule["name"])?.name : undefined;
}

function plan(name: string, label: string, effect: string, fault: object): Plan {
  return { name, label, effect, document: { rules: [{ name, calls: WRITES, effect: fault }] } };
}
