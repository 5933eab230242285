import { AutoJournal } from "./effect/auto.js";
import type { Journal } from "./effect/journal.js";
import { LocalJournal } from "./effect/local.js";
import { within } from "./effect/within.js";
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

/** What the page's own has not done by then, it may never do. */
const ANSWER_MS = 10_000;

/** A journal of the page's own may throw where it should reject, give what is no text, or never answer. */
const guarded = (own: JournalStorage): Journal => ({
  load: async (owner) => (await within(ANSWER_MS, Promise.resolve(own.load(owner)))).map(String),
  store: async (writes) => String(await within(ANSWER_MS, Promise.resolve(own.store(writes)))) as "memory",
  prune: async (before) => own.prune?.(before),
});

/** The journal of these options; whether localStorage holds it or mirrors it; and what it has to do when the page is left. Storage that is there and blocked says so at each write. */
export function journalOf({ storage = "auto" }: GuestSyncOptions): { journal: Journal; mirrored: boolean; leave?: () => void } {
  if (typeof storage === "object") return { journal: guarded(storage), mirrored: false };
  if (storage === "memory" || !("localStorage" in globalThis || "indexedDB" in globalThis)) return { journal: new MemoryJournal(), mirrored: false };
  if (storage === "local") return { journal: new LocalJournal(), mirrored: true };
  const journal = new AutoJournal();
  return { journal, mirrored: true, leave: () => journal.leave() };
}

/** Why a write was refused, in the core's words. */
export function refusal(error: unknown): "quota" | "blocked" | "failed" {
  const { name } = (error ?? {}) as { name?: string };
  return name === "QuotaExceededError" ? "quota" : name === "SecurityError" || name === "InvalidStateError" ? "blocked" : "failed";
}
