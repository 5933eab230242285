import { crash } from "../../../browser/support/devtools.mjs";
import { attributes, unavailable } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "API refuses, renderer crashes, API back, reopen",
  bar: "20/20 within 3 s",
  wanted: attributes(20),
  async run(trial) {
    trial.collector.fault = unavailable;
    const page = await trial.page();
    await trial.set(page, this.wanted);
    await trial.refused();
    await crash(page);
    trial.restored();
    await trial.page();
  },
};
