import type { JournalStorage } from "../options.js";
import { DatabaseJournal, NoDatabase } from "./idb.js";
import { LocalJournal, rows, write } from "./local.js";

type Writes = (string | null)[];

/**
 * IndexedDB with localStorage beside it.
 *
 * - Until the database has answered once, every write also goes to localStorage, at once: the *bridge* over a page that is left in
 *   the same task. It is taken away when the database has the rows.
 * - Decisions and state are always written there too: the *mirror*, for what has to be known without waiting.
 * - Where there is no database, or it is full, localStorage *is* the journal.
 */
export class AutoJournal implements JournalStorage {
  readonly #database = new DatabaseJournal();
  readonly #local = new LocalJournal();
  #open = false;
  #missing = false;

  async load(owner: string): Promise<string[]> {
    if (this.#missing) return this.#local.load(owner);
    try {
      await this.#adopt();
      const found = await this.#database.load(owner);
      this.#open = true;
      // What the database was too full for.
      return found.concat(records().filter((_, at, all) => (all[at - (at % 3) + 1] ?? "").startsWith(`${owner}/`)));
    } catch (error) {
      this.#note(error);
      return this.#local.load(owner);
    }
  }

  async store(writes: Writes): Promise<"disk" | "tab"> {
    const bridged = !this.#open;
    // A row that is removed may be on the bridge, or where the database was full.
    const kept = attempt(() => write(select(writes, (letter, value) => bridged || isMirrored(letter) || value === null)));
    if (!this.#missing) {
      try {
        await this.#database.store(writes);
        if (bridged) forget(writes);
        return "disk";
      } catch (error) {
        this.#note(error);
        if (bridged ? kept : attempt(() => write(writes))) return "tab";
        throw error;
      }
    }
    if (!kept) write(writes);
    return "tab";
  }

  #note(error: unknown): void {
    this.#missing ||= error instanceof NoDatabase;
  }

  /** Brings home what was left on the bridge, by this page or by one that is gone. */
  async #adopt(): Promise<void> {
    const left = records();
    if (left.length === 0) return;
    await this.#database.store(left).then(
      () => forget(left),
      (error: unknown) => {
        if (error instanceof NoDatabase) throw error;
      },
    );
  }
}

const isMirrored = (letter: string) => letter === "c" || letter === "s";

function records(): string[] {
  try {
    return rows((letter) => letter === "r");
  } catch {
    return [];
  }
}

function select(writes: Writes, wanted: (letter: string, value: string | null) => boolean): Writes {
  return writes.filter((_, at) => wanted(writes[at - (at % 3)] ?? "", writes[at - (at % 3) + 2] ?? null));
}

/** Takes rows off the bridge. */
function forget(writes: Writes): void {
  const removals = select(writes, (letter) => !isMirrored(letter)).map((part, at) => (at % 3 === 2 ? null : part));
  attempt(() => write(removals));
}

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
