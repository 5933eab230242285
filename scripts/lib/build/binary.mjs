/** The `guestsync` binary. */
import { binary } from "../paths.mjs";
import { run } from "../run.mjs";
import { say } from "../say.mjs";

/**
 * The debug build compiles in a fraction of the time and reads `dist/site` while it runs; the release build carries it inside.
 * @param {"debug" | "release"} profile
 * @returns {Promise<string>} its path
 */
export async function buildBinary(profile) {
  say(profile === "release" ? "Compiling guestsync for release" : "Compiling guestsync");
  // The debug build selects what `cargo test` selects, so that the tests reuse nearly all of it.
  const selection = profile === "release" ? ["--release", "--package", "guestsync-cli"] : ["--bin", "guestsync"];
  await run("cargo", ["build", ...selection]);
  return binary(profile);
}
