import { GuestSyncError } from "./errors.js";
import { isGuest } from "./guest-id.js";
import { KINDS } from "./kinds.js";
import type { GuestSyncOptions } from "./options.js";

/** Whether a value can be that option, and what to tell a developer where it cannot. */
type Rule = [holds: (value: unknown) => boolean, must: string];
/** Options by name; `*`: any other name. */
interface Rules {
  [name: string]: Rule | Rules;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isFunction = (value: unknown) => typeof value === "function";
const matches = (form: RegExp) => (value: unknown) => isText(value) && form.test(value);
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const oneOf = (...words: string[]): Rule => [(value) => words.includes(value as string), `be one of ${words.join(", ")}.`];
const text: Rule = [isText, "be a text, not empty."];
const url: Rule = [isUrl, "be an http(s) URL or a path, without a password."];
const flag: Rule = [(value) => typeof value === "boolean", "be true or false."];
const count: Rule = [(value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0x7fffffff, "be a whole number from 0 to 2147483647."];

const OPTIONS: Rules = {
  guest: [isGuest, "be 1 to 128 letters, digits, dots, tildes, underscores or hyphens, and not . or .. alone."],
  init: url,
  endpoint: url,
  token: [(value) => isUrl(value) || isFunction(value), "be an http(s) URL or a path, without a password, or a function."],
  consent: { "*": flag },
  purposes: { "*": text },
  ungranted: oneOf("hold", "drop"),
  gpc: [areTexts, "be a list of purposes."],
  pii: {
    allow: [areTexts, "be a list of keys."],
    region: [matches(/^[A-Z]{2}$/), "be a country's two capital letters."],
    ...Object.fromEntries(KINDS.map((kind) => [kind, oneOf("flag", "mask", "block")])),
  },
  onConflict: [isFunction, "be a function."],
  webhook: url,
  session: url,
  debug: flag,
  batch: { maxItems: count, maxDelayMs: count },
  limits: { keysPerUpdate: count, keysPerGuest: count, valueBytes: count },
  storage: [
    (value) => {
      const { load, store } = Object(value) as Record<string, unknown>;
      return ["auto", "local", "memory"].includes(value as string) || (isFunction(load) && isFunction(store));
    },
    'be "auto", "local", "memory" or an object with `load` and `store`.',
  ],
  wasm: [(value) => isText(value) || value instanceof URL, "be a URL."],
};

function isUrl(address: unknown): boolean {
  try {
    const { protocol, username, password } = new URL(address as string, "https://site.invalid");
    // No browser sends anything to an address with a password.
    return isText(address) && /^https?:/.test(protocol) && !(username + password);
  } catch {
    return false;
  }
}

/**
 * What the types cannot promise to those who write JavaScript. The result is a copy of what was checked, with nothing inherited: whatever
 * becomes of the page's own object later.
 */
export function checkedOptions(options: GuestSyncOptions): GuestSyncOptions {
  return checked("options", options, OPTIONS, "") as GuestSyncOptions;
}

function checked(what: string, given: unknown, rules: Rules, path: string): object {
  if (typeof given !== "object" || !given || Symbol.iterator in given) refuse(what, "must be an object.");
  const known = new Map(Object.entries(rules));
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, was] of Object.entries(given as object)) {
    const value: unknown = Array.isArray(was) ? [...was] : was;
    const rule = known.get(name) ?? known.get("*");
    if (!rule) refuse(path + name, "is no option.");
    else if (value === undefined) continue;
    else if (!Array.isArray(rule)) copy[name] = checked(path + name, value, rule, `${path}${name}.`);
    else if (rule[0](value)) copy[name] = value;
    else refuse(path + name, `must ${rule[1]}`);
  }
  return copy;
}

function refuse(option: string, message: string): never {
  throw new GuestSyncError("options.invalid", `${option}: ${message}`);
}
