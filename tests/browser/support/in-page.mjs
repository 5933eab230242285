/** Functions that a WebDriver runs in a page. */

/** The body of an asynchronous script (WebDriver §13.2.2) that runs a function. @param {(...args: any[]) => unknown} act */
export function scriptOf(act) {
  return `const done = arguments[arguments.length - 1];
    Promise.resolve((${act})(...[...arguments].slice(0, -1))).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
}

/** What it gives, or throws. @param {{ value?: any, error?: string }} result */
export function resultOf({ value, error }) {
  if (error !== undefined) throw new Error(error);
  return value;
}
