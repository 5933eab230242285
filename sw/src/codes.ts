import type { Asked as AskedByName, Told as ToldByName } from "#worker-glue";
import type * as Ask from "./ask.js";
import type * as Tell from "./tell.js";

type Coded<T> = T extends [infer Name extends keyof typeof Tell, ...infer Given] ? [(typeof Tell)[Name], ...Given] : never;

/** The messages to the shell. */
export type Told = Coded<ToldByName>;

/** The methods of a host. */
export type Asked = { [Name in keyof AskedByName as (typeof Ask)[Name]]: AskedByName[Name] };
