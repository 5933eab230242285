/** What a process has used of the CPU. */
import { readFile, readdir } from "node:fs/promises";

/**
 * Seconds of CPU that a process's threads have used, those that have ended not counted: to the nanosecond, which `/proc/PID/stat` has to
 * the hundredth.
 * @param {number} pid
 */
export async function cpu(pid) {
  const threads = await readdir(`/proc/${pid}/task`);
  const used = threads.map(async (thread) => Number((await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8")).split(" ")[0]));
  return (await Promise.all(used)).reduce((sum, one) => sum + one, 0) / 1e9;
}
