/** Where things are. Every path is absolute, so that a script may be called from any folder. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** @param {...string} parts a path inside the repository */
export const at = (...parts) => join(root, ...parts);

/** Cargo's output folder; `CARGO_TARGET_DIR` moves it. */
export const target = process.env.CARGO_TARGET_DIR ?? at("target");

/** @param {"debug" | "release"} profile where cargo leaves the server's binary */
export const binary = (profile) => join(target, profile, "guestsync");
