// What is given to the public functions.

/** Options apart: those of this package, and the others as JSON. */
export function taken(source, given = {}) {
  if (given === null || typeof given !== "object") throw new TypeError("options must be an object");
  const { signal, onProgress, deep = true, ...options } = given;
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError("signal: must be an AbortSignal");
  }
  if (onProgress !== undefined && typeof onProgress !== "function") throw new TypeError("onProgress: must be a function");
  if (typeof deep !== "boolean") throw new TypeError("deep: must be true or false");
  isSource(source);
  return { signal, onProgress, deep, options: JSON.stringify(options) };
}

function isSource(source) {
  const good = source instanceof ArrayBuffer || source instanceof Uint8Array || (typeof Blob !== "undefined" && source instanceof Blob);
  if (!good) throw new TypeError("the picture must be a Blob, a File, an ArrayBuffer or a Uint8Array");
}

/** How far a picture is when a step begins, 0 to 1. Within "work", which is nearly all of it, nothing can be seen. */
export const FRACTIONS = { load: 0, read: 0.05, plan: 0.1, work: 0.15, done: 1 };
