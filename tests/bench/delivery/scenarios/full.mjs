import { attributes } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "localStorage full",
  bar: "20/20, reported",
  wanted: attributes(20),
  async run(trial) {
    const page = await trial.context.newPage();
    await page.goto(trial.site);
    await page.evaluate(() => {
      for (let size = 5_000_000, at = 0; size > 0; at++) {
        try {
          localStorage.setItem(`filler${at}`, "x".repeat(size));
        } catch {
          size >>= 1;
        }
      }
    });
    await trial.start(page);
    const refused = await trial.set(page, this.wanted);
    trial.restored();
    return refused > 0 ? { note: `${refused} calls throw` } : {};
  },
};
