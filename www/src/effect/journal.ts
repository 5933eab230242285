import type { JournalStorage } from "../options.js";

/** A journal of ours may keep records in localStorage for a database that is full, beside those that they take the place of. */
export type Journal = Omit<JournalStorage, "store"> & { store(writes: (string | null)[]): Promise<"disk" | "beside" | "tab" | "memory"> };
