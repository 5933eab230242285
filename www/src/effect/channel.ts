import { PREFIX } from "./local.js";

const NAME = "guestsync";
/** Where hints go without a BroadcastChannel: the other tabs hear of what is written there. */
const ROW = `${PREFIX}hint`;

/** Hints between tabs and the worker: never facts, never echoed. Nothing is heard before it is opened. */
export class Channel {
  #way: { tell(hint: string): void; close(): void } | undefined;
  readonly #heard: (hint: string) => void;

  constructor(heard: (hint: string) => void) {
    this.#heard = heard;
  }

  open(): void {
    if (typeof window === "object") this.#way ??= typeof BroadcastChannel === "function" ? this.#broadcast() : this.#store();
  }

  tell(hint: string): void {
    this.#way?.tell(hint);
  }

  close(): void {
    this.#way?.close();
    this.#way = undefined;
  }

  #broadcast() {
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = ({ data }) => {
      if (typeof data === "string") this.#heard(data);
    };
    return { tell: (hint: string) => channel.postMessage(hint), close: () => channel.close() };
  }

  #store() {
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
