/** A way by which hints go to others, and come from them. */
export interface Way {
  tell(hint: string): void;
  close(): void;
}

/** The way by a BroadcastChannel; undefined where the browser has none, or denies it as it denies storage. */
export function broadcast(heard: (hint: string) => void): Way | undefined {
  try {
    const channel = new BroadcastChannel("guestsync");
    channel.onmessage = ({ data }) => {
      if (typeof data === "string") heard(data);
    };
    let isOpen = true;
    return {
      tell: (hint) => isOpen && channel.postMessage(hint),
      close() {
        isOpen = false;
        channel.close();
      },
    };
  } catch {
    return undefined;
  }
}
