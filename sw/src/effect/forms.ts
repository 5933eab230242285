import { ended, grow, open } from "../../../www/src/effect/idb.js";

/** A write: its key, and its value or undefined to remove the row. */
export type Write = [key: string, value: string | undefined];

/** The rows of the queue in the origin's database, and the visitor's decisions beside them. One call, one transaction. */
export class Forms {
  #opening: Promise<IDBDatabase> | undefined;

  #database(): Promise<IDBDatabase> {
    const forget = () => (this.#opening = undefined);
    this.#opening ??= open().then((database) => {
      database.onclose = forget;
      database.onversionchange = () => {
        database.close();
        forget();
      };
      return database;
    });
    this.#opening.catch(forget);
    return this.#opening;
  }

  /** Whether it is a decision, its key, its value. */
  async load(): Promise<[consent: boolean, key: string, value: string][]> {
    const transaction = (await this.#database()).transaction(["forms", "consent"]);
    const rows: [boolean, string, string][] = [];
    for (const name of ["forms", "consent"]) {
      const store = transaction.objectStore(name);
      const keys = store.getAllKeys();
      const values = store.getAll();
      values.onsuccess = () => values.result.forEach((value, at) => rows.push([name === "consent", String(keys.result[at]), value]));
    }
    await ended(transaction);
    return rows;
  }

  async store(writes: Write[]): Promise<void> {
    const transaction = (await this.#database()).transaction("forms", "readwrite");
    const store = transaction.objectStore("forms");
    for (const [key, value] of writes) {
      if (value === undefined) store.delete(key);
      // The order of all updates only grows.
      else if (key === "~clock") grow(store, key, value);
      else store.put(value, key);
    }
    await ended(transaction);
  }
}

/** Whether any entry of the queue is stored. */
export async function someWait(): Promise<boolean> {
  const database = await open();
  try {
    const transaction = database.transaction("forms");
    // Entries are named by guest and moment; what is not an entry begins with a tilde.
    const first = transaction.objectStore("forms").getKey(IDBKeyRange.upperBound("~", true));
    await ended(transaction);
    return first.result !== undefined;
  } finally {
    database.close();
  }
}
