import * as tells from "../codes/tells.js";
import { flat } from "../flat.js";
import type { Tell } from "../tell.js";
import type { AttributeValue, GuestSyncOptions } from "../options.js";

/** Asks the page about conflicts (key, our value, the server's, …), and tells the core what it decided. */
export function resolve(tell: Tell, onConflict: GuestSyncOptions["onConflict"], send: number, conflicts: string[]): void {
  const decisions: (string | null)[] = [];
  for (let at = 0; at < conflicts.length; at += 3) {
    const [key, ours, theirs] = conflicts.slice(at, at + 3) as [string, string, string];
    try {
      const chosen = onConflict?.({ key, ours: untyped(ours), theirs: untyped(theirs) });
      const [, typed = null] = chosen === undefined ? [] : flat({ [key]: chosen });
      // What cannot be an attribute decides nothing: ours is written.
      if (typed !== "x" && (typeof chosen !== "number" || Number.isFinite(chosen))) decisions.push(key, typed);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  tell(tells.resolved, send, ...decisions);
}

function untyped(value: string): AttributeValue {
  const text = value.slice(1);
  return value[0] === "n" ? Number(text) : value[0] === "b" ? text === "true" : text;
}
