/**
 * `npm run mutations`: breaks the outbox in a copy of the sources, one rule at a time, and runs its simulation there. Each has to be
 * caught, by a seed that replays it.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutations } from "./lib/mutations.mjs";
import { at, target } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { attempt } from "./lib/run.mjs";
import { say } from "./lib/say.mjs";

const schedules = process.env.GUESTSYNC_SCHEDULES ?? "100000";

await main(async () => {
  const copy = await mkdtemp(join(tmpdir(), "guestsync-mutations-"));
  try {
    for (const part of ["Cargo.toml", "Cargo.lock", "clippy.toml", "rustfmt.toml", ".cargo", "crates"]) await cp(at(part), join(copy, part), { recursive: true });
    const missed = [];
    for (const mutation of mutations) {
      const seed = await caught(copy, mutation);
      say(`${seed === undefined ? "MISSED" : `caught by seed ${seed}`}: ${mutation.breaks}`);
      if (seed === undefined) missed.push(mutation.breaks);
    }
    if (missed.length > 0) throw new Problem(`Not caught in ${schedules} schedules: ${missed.join("; ")}.`);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

/** @param {string} copy @param {import("./lib/mutations.mjs").Mutation} mutation @returns {Promise<string | undefined>} the seed that shows it */
async function caught(copy, { file, from, to }) {
  const path = join(copy, "crates/core/src/outbox", file);
  const source = await readFile(path, "utf8");
  if (source.split(from).length !== 2) throw new Problem(`${file} does not hold this exactly once any more: ${from}`, "Name the rule anew in scripts/lib/mutations.mjs.");
  await writeFile(path, source.replace(from, () => to));
  try {
    const env = { CARGO_TARGET_DIR: join(target, "mutations"), GUESTSYNC_SCHEDULES: schedules, GUESTSYNC_SEED: undefined, RUSTFLAGS: "--cap-lints warn" };
    const { output } = await attempt("cargo", ["test", "--quiet", "--package", "guestsync-core", "--test", "outbox"], { cwd: copy, env, quiet: true });
    if (output.includes("could not compile")) throw new Problem(`The copy does not compile with this: ${to}`, output);
    return /GUESTSYNC_SEED=(\d+)/.exec(output)?.[1];
  } finally {
    await writeFile(path, source);
  }
}
