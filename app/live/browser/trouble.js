/** Something between the page and its job that may pass: asking again is all there is to do. */
export class Trouble extends Error {}

/** What a request brings, or trouble. @template T @param {Promise<T>} request */
export async function reached(request) {
  try {
    return await request;
  } catch (error) {
    throw aborted(error) ? error : new Trouble("Connection lost");
  }
}

/** @param {unknown} error */
export const aborted = (error) => error instanceof Error && error.name === "AbortError";
