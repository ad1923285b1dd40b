// The compiled module: one call after the other, in the thread that it is called in.

import { internal, notLoaded, unreadable } from "./errors.js";
import { moduleSource } from "./host.js";
import load, * as compiled from "./photo_prep.js";

let loading = null;
let stopped = null;

/** Loads the module, once; after a failure it is tried again. */
export function loaded() {
  loading ??= moduleSource()
    .then((source) => load(source))
    .catch((error) => {
      loading = null;
      throw { ...notLoaded(error), fatal: true };
    });
  return loading;
}

/** What the module holds of memory, in bytes; it never becomes less. */
export async function memory() {
  return (await loaded()).memory.buffer.byteLength;
}

/**
 * Runs `name` on a source. Calls `step` with "load", "read", "plan" and "work" as they begin. Gives what it comes to, or
 * throws a description of an error, with `fatal` where the module can't be used any more.
 */
export async function run(name, source, options, deep, step = () => {}) {
  step("load");
  await loaded();
  if (stopped) throw stopped;
  if (source === null) return called(() => compiled[name]());
  step("read");
  called(() => compiled.admit(source.size ?? source.byteLength, options));
  const bytes = await bytesOf(source).catch((error) => {
    throw unreadable(error);
  });
  if (name !== "prepare") return JSON.parse(called(() => compiled[name](bytes, options, deep)));
  step("plan");
  called(() => compiled.explain(bytes, options));
  step("work");
  return called(() => {
    const prepared = compiled.prepare(bytes, options);
    const made = { bytes: prepared.take(), report: JSON.parse(prepared.report()) };
    prepared.free();
    return made;
  });
}

async function bytesOf(source) {
  if (typeof Blob !== "undefined" && source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source);
}

// The module throws text with a description of what is wrong; anything else is a trap, which leaves it in disorder.
function called(action) {
  try {
    return action();
  } catch (error) {
    if (typeof error === "string") throw JSON.parse(error);
    stopped = { ...internal(error), fatal: true };
    throw stopped;
  }
}
