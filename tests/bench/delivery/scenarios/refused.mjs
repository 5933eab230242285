import { attributes } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "connection refused 8 s while onLine is true",
  bar: "20/20",
  wanted: attributes(20),
  async run(trial) {
    const page = await trial.page();
    const back = trial.collector.refuse(8_000);
    await trial.set(page, this.wanted);
    await back;
    trial.restored();
  },
};
