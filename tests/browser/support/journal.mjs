/** What the journal of a page holds. */

/** The keys of a table of the database. @param {import("playwright-core").Page} page @param {string} table @returns {Promise<string[]>} */
export const keys = (page, table) =>
  page.evaluate(
    (table) =>
      new Promise((resolve) => {
        const opening = indexedDB.open("guestsync");
        opening.onsuccess = () => {
          const asking = opening.result.transaction(table).objectStore(table).getAllKeys();
          asking.onsuccess = () => (opening.result.close(), resolve(asking.result.map(String)));
        };
      }),
    table,
  );

/** From now on the page hangs in a transaction on all of the database, behind which those of all others wait. @param {import("playwright-core").Page} page */
export const holdDatabase = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("guestsync");
        opening.onsuccess = () => {
          const store = opening.result.transaction([...opening.result.objectStoreNames], "readwrite").objectStore("state");
          const goOn = () => {
            resolve(undefined);
            store.count().onsuccess = goOn;
          };
          goOn();
        };
      }),
  );
