/** What a script tells the person in front of it: one line before each piece of work, one with its time after it. */

/** @param {string} text */
export const say = (text) => console.log(`==> ${text}`);

/** @param {number} since a `performance.now()` */
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Announces a piece of work, does it and says how long it took.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function during(what, work) {
  say(what);
  const started = performance.now();
  const result = await work();
  console.log(`    done in ${seconds(started)}`);
  return result;
}
