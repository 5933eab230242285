/**
 * Whose end cleans up what a helper made: the context of a test or a suite, or `{ after }` of `node:test` for a whole file.
 * @typedef {{ after: (clean: () => Promise<void>) => void }} Scope
 */

/** @type {WeakMap<Scope, (() => unknown)[]>} */
const stacks = new WeakMap();

/**
 * Has something cleaned up at the end of the scope, the last first: a browser ends before the folder it writes to is removed.
 * (The hooks of `node:test` run the other way round.)
 * @param {Scope} scope
 * @param {() => unknown} clean
 */
export function atEnd(scope, clean) {
  const stack = stacks.get(scope);
  if (stack) {
    stack.push(clean);
    return;
  }
  const first = [clean];
  stacks.set(scope, first);
  scope.after(async () => {
    for (const each of first.reverse()) await each();
  });
}
