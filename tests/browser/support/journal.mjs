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
