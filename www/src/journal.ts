import { AutoJournal } from "./effect/auto.js";
import { LocalJournal } from "./effect/local.js";
import type { GuestSyncOptions, JournalStorage } from "./options.js";

/** A journal that keeps nothing: Node, tests, or a page that wants it so. */
class MemoryJournal implements JournalStorage {
  async load(): Promise<string[]> {
    return [];
  }

  async store(): Promise<"memory"> {
    return "memory";
  }
}

/** Whether localStorage can be read at all: not in a sandboxed frame, with blocked cookies, or outside a page. */
export function hasLocalStorage(): boolean {
  try {
    return typeof localStorage === "object" && localStorage !== null;
  } catch {
    return false;
  }
}

/** The journal of these options, and whether localStorage holds it or mirrors it. */
export function journalOf({ storage = "auto" }: GuestSyncOptions): { journal: JournalStorage; mirrored: boolean } {
  if (typeof storage === "object") return { journal: storage, mirrored: false };
  if (storage === "memory" || !hasLocalStorage()) return { journal: new MemoryJournal(), mirrored: false };
  return { journal: storage === "local" ? new LocalJournal() : new AutoJournal(), mirrored: true };
}

/** Why a write was refused, in the core's words. */
export function refusal(error: unknown): "quota" | "blocked" | "failed" {
  const { name } = (error ?? {}) as { name?: string };
  return name === "QuotaExceededError" ? "quota" : name === "SecurityError" || name === "InvalidStateError" ? "blocked" : "failed";
}
