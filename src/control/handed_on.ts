/** A body that somebody else reads when it is its turn, and how that ended for whoever answers the request. */

export interface HandedOn<T> {
  readonly pieces: AsyncGenerator<T>;
  /** Resolves when all was read or the reader wants no more; rejects with what the body failed with. */
  readonly ended: Promise<void>;
}

export function handedOn<T>(body: AsyncIterable<T>): HandedOn<T> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {}); // the reader gets it too
  const read = async function* () {
    try {
      yield* body;
    } catch (error) {
      reject(error);
      throw error;
    } finally {
      resolve();
    }
  };
  return { pieces: read(), ended: promise };
}
