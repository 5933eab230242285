import { GuestSyncError } from "./errors.js";

/** A promise whose refusal may be ignored. */
export function ignorable<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

export const rejected = (error: unknown) => ignorable<never>(Promise.reject(error));

export const wrong = (argument: string, message: string) => new GuestSyncError("argument.invalid", `${argument}: ${message}`);

export const refused = (argument: string, message: string) => rejected(wrong(argument, message));
