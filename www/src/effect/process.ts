/** How long Node's process lives: the build for pages has none of this. */

/** Node does not end before somebody who waits so long has heard how it ended. */
export function stays(ms: number, call: Promise<unknown>): void {
  const timer = setTimeout(() => {}, ms);
  const end = () => clearTimeout(timer);
  call.then(end, end);
}

/** Node does not wait for this timer. */
export function mayEndBefore(timer: unknown): void {
  Object(timer).unref?.();
}
