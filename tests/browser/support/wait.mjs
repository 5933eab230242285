/** Waiting for something that is going to be true, as short as possible and never for ever. */

/**
 * Asks again and again until the answer is neither undefined, null, false nor a rejection.
 * @template T
 * @param {string} what what is waited for, for the message
 * @param {() => Promise<T> | T} ask
 * @param {{ within?: number, every?: number }} [times] milliseconds
 * @returns {Promise<NonNullable<Exclude<T, false>>>} the answer
 */
export async function until(what, ask, { within = 10_000, every = 20 } = {}) {
  const deadline = performance.now() + within;
  /** @type {unknown} */
  let last;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false)
        return /** @type {NonNullable<Exclude<T, false>>} */ (answer);
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  throw new Error(`waited ${within} ms for ${what}`, { cause: last });
}
