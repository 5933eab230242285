// Times of day as people read them.

const FORMAT = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** A moment, RFC 3339 or a date, as local `hh:mm:ss`; a text that is no moment as it is. */
export function clock(moment: string | Date): string {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? String(moment) : FORMAT.format(date);
}
