import type { ProfileField, ProfileFormsOptions } from "./options.js";

/** The options, checked and complete, with absolute addresses. */
export interface Settings {
  /** Its path is matched, and nothing else of it. */
  path: URL;
  endpoint: string;
  token: string;
  keys: string;
  fieldKey: string;
  fields: [name: string, field: ProfileField][];
  required: string[];
  refuseUnknown: boolean;
  consent: [purpose: string, field: string][];
  shared: boolean;
  bound: boolean;
  redirect: string | undefined;
  cacheTokens: boolean;
  /** The wasm of the pages, which sends attributes; undefined: that is left to the pages. */
  attributes: string | undefined;
  wasm: string;
}

const strings = "path endpoint token keys fieldKey redirect wasm".split(" ");
const fieldMembers = "pointer operation maxBytes trim normalise purpose".split(" ");

/**
 * Checks the form of the options; what they mean is checked by the core.
 *
 * @throws {TypeError} that names the option.
 */
export function settingsOf(options: ProfileFormsOptions, wasm: string, pageWasm: string): Settings {
  checkMembers(options, "options", [...strings, "fields", "required", "unknown", "consent", "mode", "binding", "tokenCache", "attributes"]);
  for (const name of strings) check(options, name, isOptionalString, "a string");
  check(options, "attributes", (value) => value === undefined || typeof value === "boolean", "true or false");
  const { fields = { email: "/email", phone: "/phone", name: "/name" }, required = [], consent = {} } = options;
  if (!Array.isArray(required) || !required.every(isString)) wrong("required", "a list of strings");
  return {
    path: own(options.path ?? "/api/profile-sync", "path"),
    endpoint: absolute(options.endpoint ?? "/genesys", "endpoint").replace(/\/+$/, ""),
    token: absolute(options.token ?? "/api/token", "token"),
    keys: own(options.keys ?? "/.well-known/jwks.json", "keys").href,
    fieldKey: absolute(options.fieldKey ?? "/api/field-key", "fieldKey"),
    fields: entries(fields, "fields").map(([name, field]) => [name, fieldOf(name, field)]),
    required,
    refuseUnknown: oneOf(options, "unknown", "ignore", "refuse"),
    consent: entries(consent, "consent").map(([purpose, field]) => [purpose, isString(field) ? field : wrong("consent", "text")]),
    shared: oneOf(options, "mode", "sealed", "shared"),
    bound: !oneOf(options, "binding", "field", "none"),
    redirect: options.redirect,
    cacheTokens: oneOf(options, "tokenCache", "memory", "cache-storage"),
    attributes: options.attributes === false ? undefined : absolute(pageWasm, "attributes"),
    wasm: absolute(options.wasm ?? wasm, "wasm"),
  };
}

function fieldOf(name: string, given: unknown): ProfileField {
  if (isString(given)) return { pointer: given };
  checkMembers(given, name, fieldMembers);
  const field = given as object;
  check(field, "pointer", isString, "a JSON Pointer", name);
  check(field, "purpose", isOptionalString, "a string", name);
  check(field, "trim", (value) => value === undefined || typeof value === "boolean", "true or false", name);
  check(field, "normalise", (value) => value === undefined || value === "email" || value === "phone", '"email" or "phone"', name);
  check(field, "maxBytes", (value) => value === undefined || Number.isInteger(value), "a whole number", name);
  oneOf(field, "operation", "replace", "add");
  return field as ProfileField;
}

const isString = (value: unknown): value is string => typeof value === "string";
const isOptionalString = (value: unknown) => value === undefined || isString(value);

function checkMembers(object: unknown, name: string, known: string[]): void {
  for (const [member] of entries(object, name)) {
    if (!known.includes(member)) throw new TypeError(`guestsync: option "${name}.${member}": There is no such option.`);
  }
}

function check(object: object, name: string, fits: (value: unknown) => boolean, form: string, at = "options"): void {
  if (!fits((object as Record<string, unknown>)[name])) wrong(`${at}.${name}`, form);
}

/** Whether it is the second; the first where it is not given. */
function oneOf(object: object, name: string, first: string, second: string): boolean {
  const value = (object as Record<string, unknown>)[name] ?? first;
  if (value !== first && value !== second) wrong(name, `"${first}" or "${second}"`);
  return value === second;
}

function entries(object: unknown, name: string): [string, unknown][] {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return wrong(name, "an object");
  return Object.entries(object);
}

function absolute(address: string, name: string): string {
  try {
    return new URL(address, location.href).href;
  } catch {
    return wrong(name, "an address");
  }
}

/** The key set decides who can read what is sealed, and nobody else's posts are answered: both are on the site's own origin. */
function own(address: string, name: string): URL {
  const url = new URL(absolute(address, name));
  return url.origin === location.origin ? url : wrong(name, "on the site's own origin");
}

function wrong(name: string, form: string): never {
  throw new TypeError(`guestsync: option "${name}": It has to be ${form}.`);
}
