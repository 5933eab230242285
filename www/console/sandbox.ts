// What the sandbox tells about itself: its store, its requests, its faults. Only there with `--sandbox`.

import { call, isObject, send, type Answer } from "./api.js";

/** A guest as Genesys stores it. */
export interface StoredGuest {
  readonly id: string;
  readonly profile: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly version: number;
}

/** A request that the sandbox answered. */
export interface SentRequest {
  readonly seq: number;
  /** RFC 3339. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** `null` where the answer was withheld or nobody waited for it. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Lower-case names; of `authorization` only the scheme is shown. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 64 KiB of text. */
  readonly body: string;
  /** At most 64 KiB of text; `null` where no answer was given. */
  readonly response: string | null;
  /** Whether the request changed something, even if its answer was lost. */
  readonly applied: boolean;
}

/** This gateway runs without the sandbox, or not for this address. */
export class NoSandbox extends Error {}

/** Every guest in the store. */
export async function storedGuests(): Promise<readonly StoredGuest[]> {
  const body = await read("/_sandbox/guests");
  return list(body["guests"]) as readonly StoredGuest[];
}

/** The requests after a sequence number, oldest first, and the number to ask with next. */
export async function requestsAfter(seq: number): Promise<{ requests: readonly SentRequest[]; next: number }> {
  const body = await read(`/_sandbox/requests?after=${seq}`);
  return { requests: list(body["requests"]) as readonly SentRequest[], next: Number(body["next"] ?? seq) };
}

/** What the holder of the private key reads in a profile; both by JSON Pointer. */
export interface OpenedProfile {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The error code of each sealed value that does not open. */
  readonly refused: Readonly<Record<string, unknown>>;
}

/** A profile opened by the gateway, with the key that `--sandbox` made. */
export async function openedProfile(guest: string): Promise<OpenedProfile> {
  const { fields, refused } = await read(`/_sandbox/opened?guest=${encodeURIComponent(guest)}`);
  return { fields: isObject(fields) ? fields : {}, refused: isObject(refused) ? refused : {} };
}

/** The fault plan in force. */
export function faults(): Promise<Record<string, unknown>> {
  return read("/_sandbox/faults");
}

/** Replaces the fault plan. */
export function setFaults(plan: unknown): Promise<Answer> {
  return send("PUT", "/_sandbox/faults", plan);
}

/** Forgets guests, requests and faults. */
export function resetSandbox(): Promise<Answer> {
  return call("/_sandbox/reset", { method: "POST" });
}

async function read(path: string): Promise<Record<string, unknown>> {
  const answer = await call(path);
  if (answer.status === 404) throw new NoSandbox();
  if (!answer.ok || !isObject(answer.body)) throw new Error(`The sandbox answered ${answer.status}.`);
  return answer.body;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
