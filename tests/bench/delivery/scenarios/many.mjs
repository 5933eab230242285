/** @type {import("../trial.mjs").Scenario} */
export default {
  title: "1,000 updates over 20 keys",
  bar: "20/20, at most 40 messages, 20 KB",
  wanted: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`k${at}`, 980 + at])),
  async run(trial) {
    const page = await trial.page();
    await page.evaluate(() => {
      for (let at = 0; at < 1000; at++) {
        try {
          Reflect.get(window, "contender").set(`k${at % 20}`, at);
        } catch {
          // Counted as what does not arrive.
        }
      }
    });
    trial.restored();
  },
};
