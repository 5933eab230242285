/** What browsers have, and Node in part: known to a compiler only where it is told of them, and then as what they are. */
export type Registration = typeof globalThis extends { ServiceWorkerRegistration: { prototype: infer Known } } ? Known : object;
export type Url = typeof globalThis extends { URL: { prototype: infer Known } } ? Known : never;
