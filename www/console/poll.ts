// Repeats a task each second, but only while somebody looks.

const PERIOD_MS = 1000;

/** Runs `task` now and then each second, one run at a time, pausing while the page is hidden. The task must not reject. */
export function everySecond(task: () => Promise<void>): void {
  let running = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async (): Promise<void> => {
    if (running) return;
    clearTimeout(timer);
    running = true;
    await task();
    running = false;
    if (document.visibilityState === "visible") timer = setTimeout(run, PERIOD_MS);
  };

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void run();
    else clearTimeout(timer);
  });
  void run();
}
