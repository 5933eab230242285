import { grows, isPast, stands } from "./idb.js";
import type { JournalStorage } from "../options.js";

/** What all our keys in localStorage begin with. */
export const PREFIX = "guestsync/";

/** Where a row of the journal is there. */
export const nameOf = ([letter, key]: (string | null)[]) => `${PREFIX}${letter}/${key}`;

/** The journal in localStorage. Where it is blocked, nothing is there, and each write tells so. */
export class LocalJournal implements JournalStorage {
  async load(owner: string): Promise<string[]> {
    return rowsOf(owner);
  }

  async store(writes: (string | null)[]): Promise<"tab"> {
    write(writes);
    return "tab";
  }

  async prune(before: string): Promise<void> {
    for (const [letter, key, value] of triples(rows(() => true)) as [string, string, string][]) {
      if (isPast(letter, key, value, before)) localStorage.removeItem(nameOf([letter, key]));
    }
  }
}

/** Rows of the journal: table, key, value, … One listing of the keys: one by one is slow among many foreign ones. */
export function rows(wanted: (letter: string, key: string) => boolean): string[] {
  const found: string[] = [];
  try {
    for (const name of Object.keys(localStorage)) {
      const [, letter, key] = /^guestsync\/([rdcs])\/(.+)$/s.exec(name) ?? [];
      const value = letter && key && wanted(letter, key) ? localStorage.getItem(name) : null;
      if (value !== null) found.push(letter as string, key as string, value);
    }
  } catch {
    // Blocked: as if nothing were there.
  }
  return found;
}

/** The keys of the rows of a table that is no part of the journal. */
export function keysBelow(prefix: string): string[] {
  try {
    return Object.keys(localStorage).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  } catch {
    return [];
  }
}

/** Rows of table, key and value. */
export function triples<Part>(flat: Part[]): Part[][] {
  return flat.flatMap((_, at) => (at % 3 ? [] : [flat.slice(at, at + 3)]));
}

/** The rows of an owner, and all decisions. */
export const rowsOf = (owner: string) => rows((letter, key) => letter === "c" || key.startsWith(`${owner}/`));

/** What localStorage holds of the journal, read without waiting: all of it, or the bridge and mirror of a database. */
export const mirror = () => rows(() => true);

/** Writes all or nothing: what was put before the one that failed is taken back. Removals, which cannot fail, come last. */
export function write(writes: (string | null)[]): void {
  const before: [string, string | null][] = [];
  const each = (act: (name: string, value: string | null, letter: string) => void) => {
    for (let at = 0; at < writes.length; at += 3) act(nameOf([writes[at] as string, writes[at + 1] as string]), writes[at + 2] ?? null, writes[at] ?? "");
  };
  try {
    each((name, value, letter) => {
      if (value === null) return;
      const was = localStorage.getItem(name);
      if (grows(letter, name) && stands(was, value)) return;
      localStorage.setItem(name, value);
      before.push([name, was]);
    });
  } catch (error) {
    for (const [name, was] of before) {
      if (was === null) localStorage.removeItem(name);
      else localStorage.setItem(name, was);
    }
    throw error;
  }
  each((name, value) => value === null && localStorage.removeItem(name));
}
