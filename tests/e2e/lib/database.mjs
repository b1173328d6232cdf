// The portal's database as the tests look into it, apart from the portal itself.

/**
 * What stores hold, read in one transaction: the bodies of a store's records, the keys of a store of chunks.
 * @returns {Promise<any[][]>} one list for each name
 */
export const stored = (page, ...names) =>
  page.evaluate(
    (names) =>
      new Promise((done, fail) => {
        const opening = indexedDB.open("bon-geste");
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const tx = opening.result.transaction(names);
          const found = names.map((name) => {
            const store = tx.objectStore(name);
            return name.endsWith("_chunks") ? store.getAllKeys() : store.getAll();
          });
          tx.onabort = () => fail(tx.error);
          tx.oncomplete = () => {
            opening.result.close();
            done(found.map(({ result }) => result.map((row) => ("body" in row ? JSON.parse(row.body) : row))));
          };
        };
      }),
    names,
  );
