/** Hints between tabs and the worker: never facts, never echoed. */
export class Channel {
  #channel: BroadcastChannel | undefined;
  readonly #heard: (hint: string) => void;

  constructor(heard: (hint: string) => void) {
    this.#heard = heard;
    this.open();
  }

  open(): void {
    if (this.#channel || typeof BroadcastChannel !== "function" || typeof window !== "object") return;
    this.#channel = new BroadcastChannel("guestsync");
    this.#channel.onmessage = ({ data }) => {
      if (typeof data === "string") this.#heard(data);
    };
  }

  tell(hint: string): void {
    this.#channel?.postMessage(hint);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}
