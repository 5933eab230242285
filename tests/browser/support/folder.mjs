/** Folders that last as long as a test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./scope.mjs";

/** @param {import("./scope.mjs").Scope} scope @returns {Promise<string>} an empty folder of its own */
export async function temporaryFolder(scope) {
  const folder = await mkdtemp(join(tmpdir(), "guestsync-"));
  // A browser that is going down may still write into its profile.
  atEnd(scope, () => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
