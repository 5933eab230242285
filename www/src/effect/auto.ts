import { DatabaseJournal, grows, isMoment, NoDatabase, prune, stands } from "./idb.js";
import type { Journal } from "./journal.js";
import { LocalJournal, nameOf, rows, rowsOf, triples, write } from "./local.js";

type Writes = (string | null)[];

/** After an open that failed, so long passes before the next. */
const REOPEN_MS = 30_000;

/**
 * IndexedDB with localStorage beside it.
 *
 * - Until the database has answered once, every write also goes to localStorage, at once: the *bridge* over a page that is left in
 *   the same task. Later it gets what the database has not confirmed when the page is left. It is taken away when the database has the
 *   rows.
 * - Decisions and state are always written there too: the *mirror*, for what has to be known without waiting.
 * - What the database refuses is kept there, and read beside it. A browser that is killed may lose it, so the records that it takes the
 *   place of stay in the database.
 * - Where the database cannot be had, localStorage *is* the journal. Once it has answered, it may hold what is nowhere else: then a read
 *   without it fails.
 */
export class AutoJournal implements Journal {
  readonly #database = new DatabaseJournal();
  readonly #underWay = new Set<Writes>();
  #open = false;
  /** Whether the page is being left, and has not come back. */
  #left = false;
  /** Whether localStorage holds what the database has refused. */
  #beside = false;
  #tried = -Infinity;

  async load(owner: string): Promise<string[]> {
    try {
      const found = await this.#ask(async () => {
        await this.#adopt();
        return this.#database.load(owner);
      });
      this.#open = true;
      this.#left = false;
      const there = new Map(triples(found).map((row) => [nameOf(row), row[2] as string]));
      const here = triples(rowsOf(owner));
      // A decision, or the end of a session, that was undone in the database with the page that made it, or could not be stored there.
      const isUndone = ([letter, key, value]: string[]) => isMoment(value) && grows(letter as string, key as string) && !stands(there.get(nameOf([letter as string, key as string])), value);
      const undone = here.filter(isUndone).flat();
      if (undone.length > 0) this.#ask(() => this.#database.store(undone)).catch(() => {});
      // Of state the database's word alone counts; of what grows the latest, wherever it is. What pages state of consent, they state anew
      // where the database does not have it.
      const left = here.filter((row) => (row[0] === "c" ? row[2] : grows(row[0] as string, row[1] as string) || !there.has(nameOf(row))));
      return left.flatMap(([letter, ...row]) => [letter === "r" ? "b" : letter, ...row]).concat(found) as string[];
    } catch (error) {
      if (this.#open || !(error instanceof NoDatabase)) throw error;
      return rowsOf(owner);
    }
  }

  async store(writes: Writes): Promise<"disk" | "tab" | "beside"> {
    const bridged = !this.#open || this.#left;
    const puts = select(writes, isRecord).length > 0;
    // While records are here in place of the database, it keeps what they, or others, may have taken the place of.
    const isSafe = (letter: string, value: string | null) => letter !== "r" || value !== null || !puts;
    // A row that is removed may be on the bridge, or where the database was full: there it stays until what takes its place is kept.
    const kept = attempt(select(writes, (letter, value, key) => bridged || isMirrored(letter, key) || (value === null && isSafe(letter, value))));
    this.#underWay.add(writes);
    try {
      await this.#ask(() => this.#database.store(this.#beside ? select(writes, isSafe) : writes));
      this.#open = true;
      if (this.#beside) this.#ask(() => this.#adopt()).catch(() => {});
      // What could not be mirrored must not be there in an older form.
      clear(select(writes, (letter, _, key) => !kept || !isMirrored(letter, key)));
      return "disk";
    } catch (error) {
      if ((!bridged || !kept) && !attempt(writes)) {
        // With no database at all, what localStorage says of itself says more.
        if (error instanceof NoDatabase) write(writes);
        throw error;
      }
      // A full database still lets go: of what is removed and of the state that is newer here.
      const gone = removed(select(writes, (letter, value) => letter === "s" || (value === null && isSafe(letter, value))));
      if (gone.length > 0) await this.#ask(() => this.#database.store(gone)).catch(() => {});
      if (bridged && error instanceof NoDatabase) return "tab";
      this.#beside = true;
      return "beside";
    } finally {
      this.#underWay.delete(writes);
    }
  }

  async prune(before: string): Promise<void> {
    await new LocalJournal().prune(before);
    await this.#ask(() => prune(this.#database, before));
  }

  /** The page is being left: a transaction that has not ended may be undone with it, so its records go on the bridge, as what is set from here on. */
  leave(): void {
    this.#left = true;
    for (const writes of this.#underWay) attempt(select(writes, isRecord));
  }

  /** Asks the database; for a while after it could not be opened, it is not asked. */
  async #ask<T>(act: () => Promise<T>): Promise<T> {
    if (performance.now() < this.#tried + REOPEN_MS) throw new NoDatabase();
    try {
      return await act();
    } catch (error) {
      if (error instanceof NoDatabase) this.#tried = performance.now();
      throw error;
    }
  }

  /** Brings home what was left on the bridge, by this page or by one that is gone. */
  async #adopt(): Promise<void> {
    const left = rows((letter, key) => !isMirrored(letter, key));
    this.#beside = left.length > 0;
    if (!this.#beside) return;
    await this.#database.store(left).then(
      () => (this.#beside = !clear(left)),
      (error: unknown) => {
        if (error instanceof NoDatabase) throw error;
      },
    );
  }
}

/** Decisions and state, but no events of deliveries: these hold values. */
const isMirrored = (letter: string, key: string) => letter === "c" || (letter === "s" && !key.includes("/hook/"));

/** A record that is put. */
const isRecord = (letter: string, value: string | null) => letter === "r" && value !== null;

function select(writes: Writes, wanted: (letter: string, value: string | null, key: string) => boolean): Writes {
  return triples(writes).filter(([letter, key, value]) => wanted(letter as string, value as string | null, key as string)).flat();
}

/** The removal of rows. */
const removed = (writes: Writes): Writes => writes.map((part, at) => (at % 3 === 2 ? null : part));

/** Whether localStorage has taken it. */
const attempt = (writes: Writes) => worked(() => write(writes));

/** Takes rows away that the database has, but not what another tab has written over one of them since. Whether localStorage has let them go. */
const clear = (writes: Writes) =>
  worked(() => write(removed(select(writes, (letter, value, key) => !(value && grows(letter, key) && (localStorage.getItem(nameOf([letter, key])) ?? "") > value)))));

function worked(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
