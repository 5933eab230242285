import { attributes } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "the first two answers are lost on their way",
  bar: "20/20, 0 repeated",
  wanted: attributes(20),
  async run(trial) {
    let lost = 0;
    trial.collector.fault = ({ method }) => (method === "POST" && (lost += 1) <= 2 ? "lost" : undefined);
    await trial.set(await trial.page(), this.wanted);
  },
};
