/** A scope for the helpers of the tests, where no test runs. */

/** @param {(scope: import("../../browser/support/scope.mjs").Scope) => Promise<void>} work */
export async function inScope(work) {
  /** @type {(() => Promise<void>)[]} */
  const cleaning = [];
  try {
    await work({ after: (clean) => void cleaning.push(clean) });
  } finally {
    for (const clean of cleaning.reverse()) await clean();
  }
}
