/** Chance from a seed (mulberry32): the same seed, the same run, as far as browsers allow. */

/** @param {number} seed @returns {{ below: (end: number) => number, chance: (probability: number) => boolean }} */
export function seeded(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (end) => Math.floor(next() * end), chance: (probability) => next() < probability };
}
