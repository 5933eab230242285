/** The faults, by the name that `--scenario` takes. */
import conflict from "./conflict.mjs";
import crash from "./crash.mjs";
import full from "./full.mjs";
import killed from "./killed.mjs";
import lost from "./lost.mjs";
import many from "./many.mjs";
import navigate from "./navigate.mjs";
import offline from "./offline.mjs";
import { date, seconds } from "./rate-limited.mjs";
import refused from "./refused.mjs";
import tabs from "./tabs.mjs";
import unavailable from "./unavailable.mjs";

/** @type {Record<string, import("../trial.mjs").Scenario>} */
export const scenarios = {
  navigate,
  crash,
  offline,
  unavailable,
  "retry-after-seconds": seconds,
  "retry-after-date": date,
  refused,
  conflict,
  lost,
  killed,
  tabs,
  full,
  many,
};
