import { attributes, pause } from "../trial.mjs";

/**
 * Refused once with a Retry-After of five seconds; a second tab opens inside the window.
 * @param {string} form
 * @param {(end: number) => string} header
 * @param {(now: number) => number} endOf when the window ends
 * @returns {import("../trial.mjs").Scenario}
 */
const scenario = (form, header, endOf) => ({
  title: `429 with Retry-After 5 (${form}), two tabs`,
  bar: "20/20, 0 requests inside the window",
  wanted: { ...attributes(10, "a"), ...attributes(10, "b") },
  async run(trial) {
    let end = 0;
    trial.collector.fault = () => {
      const now = Date.now();
      if (end === 0) end = endOf(now);
      else if (now < end - 20) trial.early += 1;
      return now < end - 20 ? { status: 429, headers: { "retry-after": header(end) } } : undefined;
    };
    await trial.set(await trial.page(), attributes(10, "a"));
    await trial.refused();
    await trial.set(await trial.page(), attributes(10, "b"));
    await pause(Math.max(0, end - Date.now()));
    trial.restored();
  },
});

export const seconds = scenario("seconds", (end) => String(Math.ceil((end - Date.now()) / 1000)), (now) => now + 5_000);
export const date = scenario("date", (end) => new Date(end).toUTCString(), (now) => Math.ceil((now + 5_000) / 1000) * 1000);
