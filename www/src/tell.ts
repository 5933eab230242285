import type { Told } from "#page-glue";

/** Tells the core something. */
export type Tell = (...told: Told) => void;
