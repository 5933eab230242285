import { ended, grow, open } from "../../../www/src/effect/idb.js";

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

  /** Opens the database before it is needed. */
  open(): void {
    this.#database().catch(() => {});
  }

  /** Whether it is a decision, its key, its value. */
  async load(): Promise<[consent: boolean, key: string, value: string][]> {
    const transaction = (await this.#database()).transaction(["forms", "consent"]);
    const rows: [boolean, string, string][] = [];
    return new Promise((resolve, reject) => {
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      for (const name of ["forms", "consent"]) {
        const store = transaction.objectStore(name);
        const keys = store.getAllKeys();
        const values = store.getAll();
        values.onsuccess = () => {
          values.result.forEach((value, at) => rows.push([name === "consent", String(keys.result[at]), value]));
          // What was read is true: nobody has to wait for the end of a transaction that writes nothing.
          if (name === "consent") resolve(rows);
        };
      }
    });
  }

  /** Keys and values in turn; null removes the row. */
  async store(writes: (string | null)[]): Promise<void> {
    const transaction = (await this.#database()).transaction("forms", "readwrite");
    const store = transaction.objectStore("forms");
    let clock: string | undefined;
    for (let at = 0; at < writes.length; at += 2) {
      const [key, value] = writes.slice(at, at + 2) as [string, string | null];
      if (value === null) store.delete(key);
      else if (key === "~clock") clock = value;
      else store.put(value, key);
    }
    // The order of all updates only grows.
    if (clock !== undefined) grow(store, "~clock", clock, () => transaction.commit());
    else transaction.commit();
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
