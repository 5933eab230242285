// Recognises sealed values: JWE in compact serialisation (RFC 7516 section 3.1), whose protected header is public by design, and
// the `shared` mode's base64 of iv, ciphertext and tag.

import { isObject } from "../api.js";

/** The protected header, as far as the console shows it. */
export interface JweHeader {
  readonly alg: string;
  readonly enc: string;
  readonly kid?: string;
  /** The guest and the field that the value was sealed for. */
  readonly gst?: string;
  readonly fld?: string;
}

const PART = /^[A-Za-z0-9_-]*$/;
// At least 12 bytes of iv and 16 of tag.
const SHARED = /^[A-Za-z0-9+/]{38,}={0,2}$/;

/** The header of a sealed value; `null` where the value is something else. */
export function jweHeader(value: unknown): JweHeader | null {
  if (typeof value !== "string") return null;
  const parts = value.split(".");
  if (parts.length !== 5 || !parts.every((part) => PART.test(part))) return null;
  try {
    const header: unknown = JSON.parse(decode(parts[0] ?? ""));
    return isObject(header) && typeof header["enc"] === "string" ? (header as unknown as JweHeader) : null;
  } catch {
    return null;
  }
}

/** Whether a value is sealed, in either mode. */
export function isSealed(value: unknown): value is string {
  return typeof value === "string" && (jweHeader(value) !== null || (value.length % 4 === 0 && SHARED.test(value)));
}

/** How many values inside a JSON document are sealed. */
export function countSealed(value: unknown): number {
  if (typeof value !== "object" || value === null) return isSealed(value) ? 1 : 0;
  return Object.values(value).reduce((sum: number, inner: unknown) => sum + countSealed(inner), 0);
}

function decode(part: string): string {
  const bytes = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}
