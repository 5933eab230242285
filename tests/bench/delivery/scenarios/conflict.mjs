import { attributes, pause } from "../trial.mjs";

/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "409 for 8 s",
  bar: "20/20, merged",
  wanted: attributes(20),
  async run(trial) {
    let others = 0;
    // Somebody else was quicker, each time.
    trial.collector.fault = ({ method }) => {
      if (method !== "POST") return undefined;
      trial.collector.guest.foreign("other", (others += 1));
      return { status: 409, body: { message: "changed in between", code: "request.conflict", status: 409 } };
    };
    await trial.set(await trial.page(), this.wanted);
    await pause(8_000);
    trial.restored();
  },
};
