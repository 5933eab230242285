import { absolute } from "./effect/absolute.js";
import { type Part, pack } from "./flat.js";
import { Instance, type Place } from "./instance.js";
import { KINDS } from "./kinds.js";
import { NONE } from "./none.js";
import type { GuestSyncOptions } from "./options.js";
import { compiledOnce } from "./wasm.js";

/** The digest of the wasm that belongs to this script. */
declare const __GUESTSYNC_PII_INTEGRITY__: string;
/** Its name. */
declare const __GUESTSYNC_PII_WASM__: string;

interface Functions {
  judge(pointer: number, length: number): Place;
}

/** A call of `set` on its way to the core. */
export interface Update {
  call: number;
  /** Keys and values in turn, as `flat` writes them down. */
  readonly attributes: string[];
  /** Keys of what was masked. */
  masked: string[];
}

/** Of a value in which something is found: its place among those that were looked at, and what becomes of it. */
type Judgement = [at: number, blocked: boolean, masked: string | null, ...kindsAndPolicies: string[]];

/**
 * What has to be there for anything to be found: an `@` or a colon; six digits; two dots beside digits; what an IBAN begins with, and as
 * many characters as the shortest has.
 */
const MAY_HOLD = /[@:＠：]|^(?:\P{Nd}*?\p{Nd}){6}|\p{Nd}[.．]\p{Nd}+[.．]|[a-zａ-ｚ]{2}\p{Nd}.{12}/isu;

/** Whether anything could be found in a text. */
export const mayHold = (text: string) => MAY_HOLD.test(text);

/** So many values wait at most to be looked at. */
const MOST = 1_000;

/** A key may have so many bytes. */
const LONGEST_KEY = 128;

/** An outbox has room for so many bytes. */
const ROOM = 1_000_000;

const compiled = compiledOnce(__GUESTSYNC_PII_INTEGRITY__);
let locate: () => URL;

/** The entry says where the wasm lies, */
export function scannerIsAt(location: () => URL): void {
  locate = location;
}

/** and the options, where it is not there: beside the page's own. */
const load = (page?: string | URL) =>
  compiled(page === undefined ? locate() : new URL(__GUESTSYNC_PII_WASM__, absolute(page)));

/**
 * Has what is set looked through for personal data, by a wasm of its own (`crates/pii`). Where what is found changes what is sent, the
 * page does not begin without it; elsewhere it is loaded when there is something to look at, and what it finds is told then.
 */
export class Screen {
  readonly #options: Part[];
  /** What is longer than a value may be is refused, and never sent. */
  readonly #longest: number;
  readonly #url: string | URL | undefined;
  readonly #strict: boolean;
  readonly #found: (key: string, kind: string, policy: string) => void;
  #instance: Instance<Functions> | undefined;
  #beginning: Promise<void> | undefined;
  /** Keys and values in turn. */
  #waiting: string[] = [];

  constructor({ limits = NONE, pii = NONE, wasm }: GuestSyncOptions, found: (key: string, kind: string, policy: string) => void) {
    const { allow = [], region, ...policies } = pii;
    this.#longest = Math.min(limits.valueBytes ?? 256, ROOM);
    this.#options = [this.#longest, region, ...KINDS.map((kind) => policies[kind]), allow.length, ...allow];
    this.#url = wasm;
    this.#strict = KINDS.some((kind) => (policies[kind] ?? "flag") !== "flag");
    this.#found = found;
  }

  /** Has all that is needed before anything may be sent. */
  async prepare(): Promise<void> {
    if (this.#strict) await this.#begin();
  }

  /** One for all who wait for it; a failure may be tried again. */
  #begin(): Promise<void> {
    const begin = async () => {
      try {
        this.#instance = await Instance.of(await load(this.#url));
      } catch (error) {
        this.#beginning = undefined;
        throw error;
      }
    };
    return (this.#beginning ??= begin());
  }

  /** What waits to be looked at is, of these keys, nobody's any more. */
  forget(isOf: (key: string) => boolean): void {
    this.#waiting = this.#waiting.filter((_, at, all) => !isOf(all[at - (at % 2)] as string));
  }

  /** Looks updates through, and changes what must not be sent as it is. */
  look(updates: Update[]): void {
    const places: [update: Update, at: number][] = [];
    for (const update of updates) {
      for (let at = 1; at < update.attributes.length; at += 2) {
        const typed = update.attributes[at] as string;
        if (/^[sn]/.test(typed) && typed.length <= 1 + this.#longest && mayHold(typed)) places.push([update, at]);
      }
    }
    if (places.length === 0) return;
    // A key of any length may be kept here, and told; one that is cut is too long to be set.
    const values = places.flatMap(([{ attributes }, at]) => [(attributes[at - 1] as string).slice(0, LONGEST_KEY), (attributes[at] as string).slice(1)]);
    if (!this.#strict) {
      this.#waiting = [...this.#waiting, ...values].slice(-2 * MOST);
      return void this.#lookBehind();
    }
    let judged: Judgement[];
    try {
      judged = this.#judge(values);
    } catch {
      // What cannot be looked at is not sent.
      judged = places.map((_, at) => [at, true, null]);
    }
    for (const [place, blocked, text] of judged) {
      const [{ attributes, masked }, at] = places[place] as [Update, number];
      if (blocked) attributes[at] = "p";
      else if (text !== null) {
        attributes[at] = `s${text}`;
        masked.push(attributes[at - 1] as string);
      }
    }
    queueMicrotask(() => this.#tell(values, judged));
  }

  /** Looks at what has been set by then. Where the wasm cannot be had, the next value that is to be looked at has it fetched again. */
  async #lookBehind(): Promise<void> {
    try {
      // In a turn of its own: who hears of what was found may make calls, and those before it are told first.
      await this.#begin();
      const values = this.#waiting;
      this.#waiting = [];
      if (values.length > 0) this.#tell(values, this.#judge(values));
    } catch {
      // What is only reported is sent all the same.
    }
  }

  #judge(values: string[]): Judgement[] {
    try {
      const instance = this.#instance as Instance<Functions>;
      const told = instance.take(instance.exports.judge(...instance.pass(pack([...this.#options, ...values]))));
      return told ? (JSON.parse(told) as Judgement[]) : [];
    } catch (error) {
      // What its memory holds may be anything.
      this.#instance = this.#beginning = undefined;
      this.prepare().catch(() => {});
      throw error;
    }
  }

  #tell(values: string[], judged: Judgement[]): void {
    for (const [place, , , ...kinds] of judged) {
      for (let at = 0; at < kinds.length; at += 2) this.#found(values[place * 2] as string, kinds[at] as string, kinds[at + 1] as string);
    }
  }
}
