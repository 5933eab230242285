/** Programs that come from the system: installed by apt where this machine lets us, otherwise named. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { attempt, run } from "../run.mjs";
import { Problem } from "../problem.mjs";
import { during } from "../say.mjs";

/** @param {string} program @returns {string | undefined} its path, if it is in PATH */
export function locate(program) {
  const candidates = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program));
  return candidates.find((path) => existsSync(path));
}

/** @param {string} program @param {string[]} [args] @returns {Promise<boolean>} whether it can be run */
export const works = async (program, args = ["--version"]) => (await attempt(program, args, { quiet: true })).code === 0;

/**
 * @param {string[]} packages Debian's names
 * @param {string} why what is missing without them
 */
export async function installDebian(packages, why) {
  const byHand = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  if (process.getuid?.() !== 0 || !(await works("apt-get"))) {
    throw new Problem(`${why}.`, `On Debian or Ubuntu: sudo ${byHand}`);
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await during(`${why}: installing ${packages.join(", ")} by apt`, async () => {
    await run("apt-get", ["update", "-q"], { env });
    await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { env });
  });
}
