/** The promise, or a rejection after so long: what is asked of the outside may never answer. */
export function within<T>(ms: number, promise: PromiseLike<T>, NoAnswer: new () => Error = Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer()), ms);
    promise.then(
      (value) => (clearTimeout(timer), resolve(value)),
      (error: unknown) => (clearTimeout(timer), reject(error)),
    );
  });
}
