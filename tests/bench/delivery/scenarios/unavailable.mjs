import { attributes, pause, unavailable } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "503 for 60 s",
  bar: "20/20, at most 8 requests",
  wanted: attributes(20),
  // The longest delay of a page: what has just begun to wait waits that long.
  settle: 65_000,
  async run(trial) {
    trial.collector.fault = unavailable;
    await trial.set(await trial.page(), this.wanted);
    await pause(60_000);
    trial.restored();
  },
};
