import type { JournalStorage } from "../options.js";

/** The stores of the journal by the letter of their table; `forms` is the worker's. */
const STORES: Record<string, string> = { r: "records", d: "delivered", c: "consent", s: "state" };

/** Why there is no database here: then localStorage is the journal. */
export class NoDatabase extends Error {
  override readonly name = "NoDatabase";
}

/** Opens the origin's database, shared by pages and worker. */
export function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new NoDatabase());
    try {
      const opening = indexedDB.open("guestsync", 1);
      opening.onupgradeneeded = () => {
        for (const name of [...Object.values(STORES), "forms"]) opening.result.createObjectStore(name);
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = refuse;
      opening.onblocked = refuse;
    } catch {
      refuse();
    }
  });
}

/** The journal in IndexedDB. One call, one transaction; the connection is opened once and again after it was closed. */
export class DatabaseJournal implements JournalStorage {
  #opening: Promise<IDBDatabase> | undefined;

  #database(): Promise<IDBDatabase> {
    this.#opening ??= open().then((database) => {
      const forget = () => (this.#opening = undefined);
      database.onclose = forget;
      // A later version must be able to upgrade while this page stays open.
      database.onversionchange = () => {
        database.close();
        forget();
      };
      return database;
    });
    return this.#opening;
  }

  async load(owner: string): Promise<string[]> {
    const database = await this.#database();
    const rows: string[] = [];
    const transaction = database.transaction(Object.values(STORES));
    for (const [letter, name] of Object.entries(STORES)) {
      const store = transaction.objectStore(name);
      const range = letter === "c" ? undefined : IDBKeyRange.bound(`${owner}/`, `${owner}0`, false, true);
      const keys = store.getAllKeys(range);
      const values = store.getAll(range);
      values.onsuccess = () => values.result.forEach((value, at) => rows.push(letter, String(keys.result[at]), value));
    }
    await ended(transaction);
    return rows;
  }

  async store(writes: (string | null)[]): Promise<"disk"> {
    const database = await this.#database();
    const letters = writes.filter((_, at) => at % 3 === 0) as string[];
    const transaction = database.transaction([...new Set(letters.map((letter) => STORES[letter] ?? letter))], "readwrite");
    for (let at = 0; at < writes.length; at += 3) {
      const [letter, key, value] = writes.slice(at, at + 3) as [string, string, string | null];
      const store = transaction.objectStore(STORES[letter] ?? letter);
      if (value === null) store.delete(key);
      else if (letter === "c") grow(store, key, value);
      else store.put(value, key);
    }
    await ended(transaction);
    return "disk";
  }
}

/** A decision is written only over an earlier one; then comes what else there is to do. */
export function grow(store: IDBObjectStore, key: string, value: string, then?: () => void): void {
  const there = store.get(key);
  there.onsuccess = () => {
    if (!(there.result >= value)) store.put(value, key);
    then?.();
  };
}

export function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
}
