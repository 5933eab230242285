import { attributes, pause } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "offline, close tab, online, reopen",
  bar: "20/20",
  wanted: attributes(20),
  async run(trial) {
    const page = await trial.page();
    await trial.context.setOffline(true);
    await trial.set(page, this.wanted);
    await pause(3_000);
    await page.close();
    await trial.context.setOffline(false);
    trial.restored();
    await trial.page();
  },
};
