/** Acts once: after so long, or, where that changes something, as soon as the browser is online again. The result stops it. */
export function later(ms: number, act: () => void, online?: () => void): () => void {
  const stop = new AbortController();
  const once = (what: () => void) => () => {
    halt();
    what();
  };
  const timer = setTimeout(once(act), ms);
  if (online) globalThis.addEventListener?.("online", once(online), { signal: stop.signal });
  const halt = () => {
    clearTimeout(timer);
    stop.abort();
  };
  return halt;
}
