/** What goes wrong, for each contender alike. */
import { median, round } from "../support/figures.mjs";
import { until } from "../../browser/support/wait.mjs";

/** @typedef {import("./trial.mjs").Trial} Trial */
/**
 * @typedef {object} Scenario
 * @property {string} title
 * @property {string} bar what we hold ourselves to
 * @property {(trial: Trial) => Promise<{ seconds?: number | null, note?: string } | void>} play ends when all has arrived, or will not
 */

/** Milliseconds in which what waits has to arrive when the fault is over. */
const SETTLE = 20_000;
const wait = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A form each of so many guests, all at once. @param {Trial} trial @param {number} count */
const postAll = (trial, count) => Promise.all(Array.from({ length: count }, (_, at) => trial.post(`g-${at}`, at)));

/** The server is up again and the browser says so. @param {Trial} trial */
async function again(trial) {
  const seconds = trial.drained(SETTLE);
  await trial.sync();
  return seconds;
}

/** Statuses and the usual time of the answers. @param {Trial} trial */
function answered({ answers }) {
  const statuses = [...new Set(answers.map(({ status }) => status || "none"))].join("/");
  return `${statuses} in ${round(median(answers.map(({ ms }) => ms)) / 1000)} s`;
}

/** Nobody listens for so long while forms are posted; then somebody does. @param {Trial} trial @param {number} count @param {number} ms */
async function whileDown(trial, count, ms) {
  await trial.server.down();
  const posting = postAll(trial, count);
  await wait(ms);
  await trial.server.up();
  // One that answers late goes on by itself.
  await Promise.race([posting, wait(1_000)]);
}

/** @type {Record<string, Scenario>} */
export const scenarios = {
  unavailable: {
    title: "first answer 503, then up",
    bar: "5/5",
    async play(trial) {
      trial.server.fault = ({ earlier }) => (earlier === 0 ? { status: 503 } : undefined);
      await postAll(trial, 5);
      return { seconds: await trial.drained(SETTLE), note: answered(trial) };
    },
  },
  limited: {
    title: "first answer 429, Retry-After 2, then up",
    bar: "5/5, none early",
    async play(trial) {
      trial.server.fault = ({ earlier }) => (earlier === 0 ? { status: 429, headers: { "retry-after": "2" } } : undefined);
      await postAll(trial, 5);
      return { seconds: await trial.drained(SETTLE), note: answered(trial) };
    },
  },
  replay: {
    title: "10 queued while refused, the replay meets 503, then up",
    bar: "10/10",
    async play(trial) {
      trial.server.fault = ({ earlier }) => (earlier === 0 ? { status: 503 } : undefined);
      await whileDown(trial, 10, 3_000);
      return { seconds: await again(trial) };
    },
  },
  stopped: {
    title: "10 queued while refused, the worker stopped during the replay",
    bar: "10/10",
    async play(trial) {
      const { server } = trial;
      let hung = false;
      server.fault = () => {
        if (hung || server.requests.length < 4) return undefined;
        hung = true;
        return "hang";
      };
      await whileDown(trial, 10, 3_000);
      await trial.sync();
      // One that never comes so far is not stopped in it.
      await until("the fifth request", () => hung).catch(() => {});
      await trial.stop();
      return { seconds: await again(trial) };
    },
  },
  lost: {
    title: "10 taken by the server, the answers lost",
    bar: "10/10, no second effect",
    async play(trial) {
      trial.server.fault = ({ earlier }) => (earlier === 0 ? "lost" : undefined);
      await postAll(trial, 10);
      const seconds = await again(trial);
      // What is sent once more in vain comes by then.
      await wait(1_500);
      return { seconds, note: `${trial.server.requests.length - 10} repeats` };
    },
  },
  long: {
    title: "refused for 17 s, then up",
    bar: "5/5, 202 at once",
    async play(trial) {
      await whileDown(trial, 5, 17_500);
      return { seconds: await trial.drained(SETTLE), note: answered(trial) };
    },
  },
  short: {
    title: "refused for 5 s, the browser online, a page open",
    bar: "5/5 in 10 s",
    async play(trial) {
      await whileDown(trial, 5, 5_000);
      return { seconds: await trial.drained(SETTLE) };
    },
  },
  rest: {
    title: "what of 3 waiting forms can be read at rest",
    bar: "nothing",
    async play(trial) {
      // One has gone well before: whoever keeps tokens has one.
      await trial.post("g-0", "first");
      await trial.server.down();
      const posting = postAll(trial, 3);
      await wait(2_000);
      const readable = await trial.readable();
      await trial.server.up();
      await posting;
      return { seconds: await again(trial), note: readable.length > 0 ? `${readable.join(" and ")} in clear` : "nothing in clear" };
    },
  },
};
