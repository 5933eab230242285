/** `Retry-After` and HTTP-dates, read as the core reads them for the servers (`retry_after.rs`): in the wasm that is three times the bytes. */

/** The longest wait that a server can ask for. */
const CEILING_MS = 6 * 60 * 60 * 1_000;

/** The three forms of RFC 9110 §5.6.7: the one that is written today, and those that are only read. */
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d \w{3} \d{4} \d\d:\d\d:)(\d\d) GMT$/;
const RFC_850 = /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-(\w{3})-(\d\d) /;
const ASCTIME = /^(\w{3}) (\w{3}) ([ \d])(\d) (\S{8}) (\d{4})$/;

/** For how long a response asks to be left alone, null where it does not; and what time it says it is, null where it does not. */
export function asksFor({ headers }: Response): { pause: number | null; now: number | null } {
  const here = Date.now();
  const now = httpDate(headers.get("date") ?? "", here) || null;
  return { pause: retryAfter(headers.get("retry-after") ?? "", now ?? here), now };
}

/** The wait in whole milliseconds that a `Retry-After` field asks for, seconds or a date; null where it is neither. */
export function retryAfter(field: string, now: number): number | null {
  const wait = /^\d+$/.test(field) ? Number(field) * 1_000 : httpDate(field, now) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), CEILING_MS);
}

/** Milliseconds since 1970; NaN where it is no HTTP-date, or one before that. `now` decides the century of a year of two digits. */
export function httpDate(text: string, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const today = text
    .replace(RFC_850, (_, day: string, date, month, years) => {
      const year = thisYear - (thisYear % 100) + Number(years);
      return `${day.slice(0, 3)}, ${date} ${month} ${year > thisYear + 50 ? year - 100 : year} `;
    })
    .replace(ASCTIME, (_, day, month, tens: string, unit, time, year) => `${day}, ${tens.trim() || 0}${unit} ${month} ${year} ${time} GMT`);
  const [, begin, second] = DATE.exec(today) ?? [];
  // A leap second, which the engine takes for no time.
  const leap = second === "60";
  const whole = `${begin}${leap ? 59 : second} GMT`;
  const at = Date.parse(whole);
  // What the engine would make another date of, the 31st of February, is none.
  return at >= 0 && new Date(at).toUTCString().slice(5) === whole ? at + (leap ? 1_000 : 0) : NaN;
}
