import type { JournalStorage } from "../options.js";
import { within } from "./within.js";

/** The stores of the journal by the letter of their table; `forms` is the worker's. */
const STORES: Record<string, string> = { r: "records", d: "delivered", c: "consent", s: "state" };

/** What has not ended by then, an open or a transaction, may never do so: one waits behind that of a tab which hangs or is frozen. */
const ANSWER_MS = 5_000;

/** The database cannot be had. */
export class NoDatabase extends Error {
  override readonly name = "NoDatabase";
}

/** Opens the origin's database, shared by pages and worker. */
export function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let late = false;
    const refuse = () => {
      late = true;
      reject(new NoDatabase());
    };
    const timer = setTimeout(refuse, ANSWER_MS);
    try {
      const opening = indexedDB.open("guestsync", 1);
      opening.onupgradeneeded = () => {
        for (const name of [...Object.values(STORES), "forms"]) opening.result.createObjectStore(name);
      };
      opening.onsuccess = () => {
        clearTimeout(timer);
        // Somebody else's of this name.
        if (opening.result.objectStoreNames.length <= Object.keys(STORES).length) refuse();
        if (late) opening.result.close();
        else resolve(opening.result);
      };
      opening.onerror = opening.onblocked = refuse;
    } catch {
      refuse();
    }
  });
}

/** A connection that is kept; where it is lost, which browsers may do at any time, what was asked is tried once more on a new one. */
export class Connection {
  #opening: Promise<IDBDatabase> | undefined;

  async #try<T>(act: (database: IDBDatabase) => Promise<T>): Promise<T> {
    const opening = (this.#opening ??= open());
    const forget = () => {
      if (this.#opening === opening) this.#opening = undefined;
    };
    try {
      const database = await opening;
      database.onclose = forget;
      // A later version must be able to upgrade while this page stays open.
      database.onversionchange = () => {
        database.close();
        forget();
      };
      return await within(ANSWER_MS, act(database), NoDatabase);
    } catch (error) {
      if (!isFull(error)) {
        forget();
        opening.then((database) => database.close(), () => {});
      }
      throw error;
    }
  }

  use<T>(act: (database: IDBDatabase) => Promise<T>): Promise<T> {
    return this.#try(act).catch((error: unknown) => {
      if (isFull(error) || error instanceof NoDatabase) throw error;
      return this.#try(act);
    });
  }
}

/** The journal in IndexedDB. One call, one transaction. */
export class DatabaseJournal extends Connection implements JournalStorage {
  load(owner: string): Promise<string[]> {
    return this.use(async (database) => {
      const rows: string[] = [];
      const transaction = database.transaction(Object.values(STORES));
      for (const [letter, name] of Object.entries(STORES)) {
        const store = transaction.objectStore(name);
        const range = letter === "c" ? undefined : IDBKeyRange.bound(`${owner}/`, `${owner}0`, false, true);
        const keys = store.getAllKeys(range);
        const values = store.getAll(range);
        // What is no text was written by something else.
        values.onsuccess = () => values.result.forEach((value, at) => typeof value === "string" && rows.push(letter, String(keys.result[at]), value));
      }
      await ended(transaction);
      return rows;
    });
  }

  store(writes: (string | null)[]): Promise<"disk"> {
    return this.use<"disk">(async (database) => {
      // A transaction over no store is refused.
      if (writes.length === 0) return "disk";
      const letters = writes.filter((_, at) => at % 3 === 0) as string[];
      const transaction = database.transaction([...new Set(letters.map((letter) => STORES[letter] ?? letter))], "readwrite");
      let reads = false;
      for (let at = 0; at < writes.length; at += 3) {
        const [letter, key, value] = writes.slice(at, at + 3) as [string, string, string | null];
        const store = transaction.objectStore(STORES[letter] ?? letter);
        if (value === null) store.delete(key);
        // Nothing is later than what has no moment.
        else if (!value || !grows(letter, key)) store.put(value, key);
        else {
          reads = true;
          grow(store, key, value);
        }
      }
      // With nothing to be read first, it can end also where the page does not wait for it.
      if (!reads) transaction.commit?.();
      await ended(transaction);
      return "disk";
    });
  }
}

/** Removes what is older than this and whose owner does not come back. */
export function prune(connection: Connection, before: string): Promise<void> {
  return connection.use(async (database) => {
    const transaction = database.transaction(Object.values(STORES), "readwrite");
    for (const [letter, name] of Object.entries(STORES)) {
      const asking = transaction.objectStore(name).openCursor();
      asking.onsuccess = () => {
        const cursor = asking.result;
        if (cursor && (typeof cursor.value !== "string" || isPast(letter, String(cursor.key), cursor.value, before))) cursor.delete();
        cursor?.continue();
      };
    }
    await ended(transaction);
  });
}

const isFull = (error: unknown) => (error as { name?: string } | null)?.name === "QuotaExceededError";

/** Decisions, watermarks, sessions and their ends begin with a moment: one is written only over an earlier one. */
export const grows = (letter: string, key: string) => letter === "c" || letter === "d" || /\/(ended|session)$/.test(key);

/** Whether a value begins with a moment that may come; what does not was written by something else. */
export const isMoment = (value: unknown): value is string => typeof value === "string" && /^[0-3][0-9a-f]{23}( |$)/.test(value);

/** Whether what is there is as late. */
export const stands = (there: unknown, value: string) => isMoment(there) && there >= value;

/** Whether a row is of before a moment. Watermarks are one; the keys of records and of events end in one. Other state never is. */
export const isPast = (letter: string, key: string, value: string, before: string) =>
  letter !== "c" && (letter === "d" ? value : (key.split("/").pop() as string)) < before;

/** Writes what is later than what is there; then comes what else there is to do. */
export function grow(store: IDBObjectStore, key: string, value: string, then?: () => void): void {
  const there = store.get(key);
  there.onsuccess = () => {
    if (isMoment(value) && !stands(there.result, value)) store.put(value, key);
    then?.();
  };
}

export function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
}
