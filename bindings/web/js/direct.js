/** The functions of `@photo-prep/web` in the thread that calls them: for workers of your own. */

import { FRACTIONS, taken } from "./arguments.js";
import { run } from "./engine.js";
import { PhotoPrepError, toError } from "./errors.js";
import { Prepared } from "./prepared.js";

export { Prepared, PhotoPrepError };

async function call(name, source, given) {
  const { signal, onProgress, deep, options } = taken(source, given);
  signal?.throwIfAborted();
  const step = (step) => {
    signal?.throwIfAborted();
    onProgress?.({ step, fraction: FRACTIONS[step] });
  };
  const result = await described(run(name, source, options, deep, step));
  onProgress?.({ step: "done", fraction: 1 });
  return result;
}

const described = (running) =>
  running.catch((error) => {
    throw error.class ? toError(error) : error;
  });

export const prepare = async (source, options) => new Prepared(await call("prepare", source, options));
export const check = (source, options) => call("check", source, options);
export const explain = (source, options) => call("explain", source, options);
export const probe = (source, options) => call("probe", source, options);
export const presets = () => described(run("presets", null));
export const optionNames = () => described(run("optionNames", null));
