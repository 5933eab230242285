import { flag } from "../core.js";
import { Connection, ended, grow, open } from "../../../www/src/effect/idb.js";

/** The rows of the queue in the origin's database, and the visitor's decisions beside them. One call, one transaction. */
export class Forms extends Connection {
  /** Opens the database before it is needed. */
  open(): void {
    this.use(async () => {}).catch(() => {});
  }

  /** Whether it is a decision (yes: a text), key, value, … */
  load(): Promise<(string | null)[]> {
    return this.use(
      (database) =>
        new Promise((resolve, reject) => {
          const rows: (string | null)[] = [];
          const transaction = database.transaction(["forms", "consent"]);
          transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
          for (const name of ["forms", "consent"]) {
            const isConsent = name === "consent";
            const take = (key: string, value: unknown) => {
              // What is no text was written by something else: an empty form is damaged, and removed.
              if (typeof value === "string") rows.push(flag(isConsent), key, value);
              else if (!isConsent) rows.push(null, key, "");
            };
            readAll(transaction.objectStore(name), take, () => {
              // What was read is true: nobody has to wait for the end of a transaction that writes nothing.
              if (isConsent) resolve(rows);
            });
          }
          // What is written next waits for no more than the reading.
          transaction.commit();
        }),
    );
  }

  /** Keys and values in turn; null removes the row. */
  store(writes: (string | null)[]): Promise<void> {
    return this.use((database) => {
      const transaction = database.transaction("forms", "readwrite");
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
      return ended(transaction);
    });
  }
}

/** An engine that reads keys and values at once: each request is a task of its own. */
interface Records {
  getAllRecords?(): IDBRequest<{ key: IDBValidKey; value: unknown }[]>;
}

/** Reads all rows of a store, in the order of their keys. */
function readAll(store: IDBObjectStore & Records, row: (key: string, value: unknown) => void, end: () => void): void {
  const records = store.getAllRecords?.();
  const keys = records ? undefined : store.getAllKeys();
  const values = records ?? store.getAll();
  values.onsuccess = () => {
    values.result.forEach((each, at) => (keys ? row(String(keys.result[at]), each) : row(String(each.key), each.value)));
    end();
  };
}

/** Whether any entry of the queue is stored. */
export async function someWait(): Promise<boolean> {
  const database = await open();
  try {
    const transaction = database.transaction("forms");
    // Entries are named by guest and moment; what is not an entry begins with a tilde.
    const first = transaction.objectStore("forms").getKey(IDBKeyRange.bound("", "~", false, true));
    await ended(transaction);
    return first.result !== undefined;
  } finally {
    database.close();
  }
}
