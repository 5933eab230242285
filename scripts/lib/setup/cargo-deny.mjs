/** cargo-deny at the version this project is checked with. */
import { ensureCargoTool } from "./cargo-tool.mjs";

/** @returns {Promise<string>} the program's path */
export const ensureCargoDeny = () => ensureCargoTool("cargo-deny", "0.20.2");
