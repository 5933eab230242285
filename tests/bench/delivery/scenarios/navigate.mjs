import { attributes } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "navigate away in the same task, and return",
  bar: "20/20, 0 repeated",
  wanted: attributes(20),
  async run(trial) {
    const page = await trial.page();
    const leave = page.evaluate((all) => {
      for (const [key, value] of Object.entries(all)) Reflect.get(window, "contender").set(key, value);
      location.href = "/?away";
    }, this.wanted);
    await Promise.all([page.waitForURL(/away/), leave]);
    await page.goto(trial.site);
    trial.restored();
    await trial.start(page);
  },
};
