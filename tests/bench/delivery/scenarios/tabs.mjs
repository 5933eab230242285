import { attributes, pause, unavailable } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "two tabs × 50 while refused, both closed, both reopened",
  bar: "100/100, 0 repeated, within 3 s",
  wanted: { ...attributes(50, "a"), ...attributes(50, "b") },
  async run(trial) {
    trial.collector.fault = unavailable;
    const pages = await Promise.all([trial.page(), trial.page()]);
    await Promise.all(pages.map((page, at) => trial.set(page, attributes(50, at === 0 ? "a" : "b"))));
    await pause(3_000);
    await Promise.all(pages.map((page) => page.close()));
    trial.restored();
    await Promise.all([trial.page(), trial.page()]);
  },
};
