import { broadcast, type Way } from "./broadcast.js";
import { PREFIX } from "./local.js";

/** Where hints go without a BroadcastChannel: the other tabs hear of what is written there. */
const ROW = `${PREFIX}hint`;

/** Hints between tabs and the worker: never facts, never echoed. Nothing is heard before it is opened. */
export class Channel {
  #way: Way | undefined;
  readonly #heard: (hint: string) => void;

  constructor(heard: (hint: string) => void) {
    this.#heard = heard;
  }

  open(): void {
    if (typeof window === "object") this.#way ??= broadcast(this.#heard) ?? this.#store();
  }

  tell(hint: string): void {
    this.#way?.tell(hint);
  }

  close(): void {
    this.#way?.close();
    this.#way = undefined;
  }

  #store(): Way {
    const stop = new AbortController();
    const heard = ({ key, newValue }: StorageEvent) => {
      if (key === ROW && newValue) this.#heard(newValue.split(" ", 1)[0] ?? "");
    };
    addEventListener("storage", heard, { signal: stop.signal });
    const tell = (hint: string) => {
      try {
        // Only what changes is told.
        localStorage.setItem(ROW, `${hint} ${Math.random()}`);
      } catch {
        // Full or blocked: no hint.
      }
    };
    return { tell, close: () => stop.abort() };
  }
}
