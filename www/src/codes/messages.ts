import type { Asked as AskedByName, Told as ToldByName } from "#page-glue";
import type * as asks from "./asks.js";
import type * as tells from "./tells.js";

type Coded<T> = T extends [infer Name extends keyof typeof tells, ...infer Given] ? [(typeof tells)[Name], ...Given] : never;

/** The messages to the shell. */
export type Told = Coded<ToldByName>;

/** The methods of a host. */
export type Asked = { [Name in keyof AskedByName as (typeof asks)[Name]]: AskedByName[Name] };
