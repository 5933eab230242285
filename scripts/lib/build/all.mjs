/** The build from end to end. */
import { Steps } from "../steps.mjs";
import { ensurePackages } from "../setup/packages.mjs";
import { ensureRust } from "../setup/rust.mjs";
import { buildBinary } from "./binary.mjs";
import { buildBundles } from "./bundles.mjs";
import { buildConsole } from "./console.mjs";
import { buildTypes } from "./types.mjs";
import { buildWasm } from "./wasm.mjs";

/**
 * Installs what is missing and makes everything in `dist`.
 * @param {{ profile?: "debug" | "release", server?: boolean }} [options] `server: false` leaves the binary out
 */
export async function buildAll({ profile = "debug", server = true } = {}) {
  await ensureRust();
  await ensurePackages();
  const steps = await Steps.open();
  const page = await buildWasm(steps, "page");
  const pii = await buildWasm(steps, "pii");
  const worker = await buildWasm(steps, "worker");
  await buildBundles(steps, { page, pii, worker });
  await buildConsole(steps);
  await buildTypes(steps);
  if (server) await buildBinary(profile);
}
