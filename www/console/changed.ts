// Tells whether a view has to be drawn again.

/** Makes a function that says whether the value differs from the one it was last given. */
export function changes(): (value: unknown) => boolean {
  let last: string | undefined;
  return (value) => {
    const now = JSON.stringify(value);
    if (now === last) return false;
    last = now;
    return true;
  };
}
