import { killBrowser } from "../../../browser/support/devtools.mjs";
import { attributes, pause, unavailable } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "browser killed (SIGKILL) 3 s after 20 updates, API refusing; reopened, API back",
  bar: "20/20",
  wanted: attributes(20),
  async run(trial) {
    const launch = await trial.ownBrowser();
    trial.collector.fault = unavailable;
    await trial.set(await trial.page(), this.wanted);
    await pause(3_000);
    await killBrowser(trial.context);
    await launch();
    trial.restored();
    await trial.page();
  },
};
