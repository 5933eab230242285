/** What a server may end with for one guest: each key a register, each value a number that grows with the time it was set. */

export class Register {
  /** What was set, from the last value that surely is the least. @type {Map<string, { value: number, tab: string | undefined }[]>} */
  #set = new Map();
  /** Which tab each value was lost with that was not on disk. @type {Map<number, string>} */
  #light = new Map();

  /** @param {string} key @param {number} value @param {string} [tab] the one that it is lost with, should that end without a word: none where it is on disk */
  set(key, value, tab) {
    if (tab !== undefined) this.#light.set(value, tab);
    const before = tab === undefined ? [] : this.#set.get(key);
    this.#set.set(key, [...(before ?? []), { value, tab }]);
  }

  /** @param {Record<string, unknown>} attributes the server's @param {Set<string>} crashed tabs that ended without a word */
  wrong(attributes, crashed) {
    return [...this.#set].flatMap(([key, set]) => {
      const sure = set.findLastIndex(({ tab }) => tab === undefined || !crashed.has(tab));
      const wanted = set.slice(Math.max(sure, 0)).map(({ value }) => value);
      const held = attributes[key];
      // Nothing at all is right where nothing is sure.
      return wanted.includes(Number(held)) || (sure < 0 && held === undefined) ? [] : [{ key, held, wanted }];
    });
  }

  /**
   * Where the server took an older value after a newer one. With a killed browser goes what its localStorage had not yet written, which
   * may be that a value has arrived: one that never was on disk can come again then, and so can what it took the place of.
   * @param {string[]} effects `key=value`, in order
   * @param {Set<string>} killed tabs of a browser that was killed
   */
  back(effects, killed) {
    /** @type {Map<string, number>} */
    const newest = new Map();
    return effects.filter((effect) => {
      const [key = "", text] = effect.split("=");
      const value = Number(text);
      if (killed.has(this.#light.get(value) ?? "")) return false;
      const last = newest.get(key) ?? 0;
      newest.set(key, Math.max(value, last));
      return value < last;
    });
  }
}
