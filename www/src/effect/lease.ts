import { PREFIX } from "./local.js";

/** The name of an owner's lock. */
export const lockOf = (owner: string) => PREFIX + owner;

const keyOf = (owner: string) => `${lockOf(owner)}/lock`;

/** Writes beside the lock until when it is held. Only a hint: without it those who wait do so for a whole span. */
export function writeLease(owner: string, until: number): void {
  try {
    localStorage.setItem(keyOf(owner), String(until));
  } catch {
    // Full or blocked: no hint.
  }
}

export function readLease(owner: string): string | null {
  try {
    return localStorage.getItem(keyOf(owner));
  } catch {
    return null;
  }
}
