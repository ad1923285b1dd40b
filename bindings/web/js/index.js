/** Any photo in, the best upright PNG or JPEG within a pixel and a byte limit out, in a worker. */

import { taken } from "./arguments.js";
import { PhotoPrepError } from "./errors.js";
import { Pool } from "./pool.js";
import { Prepared } from "./prepared.js";

export { Prepared, PhotoPrepError };

/** Workers of your own, such as several at once: `new PhotoPrep({ workers: 4 })`. */
export class PhotoPrep {
  #pool;

  constructor({ workers = 1 } = {}) {
    if (!Number.isInteger(workers) || workers < 1) throw new RangeError("workers: must be a whole number of at least 1");
    this.#pool = new Pool(workers);
  }

  async prepare(source, options) {
    return new Prepared(await this.#call("prepare", source, options));
  }

  check(source, options) {
    return this.#call("check", source, options);
  }

  explain(source, options) {
    return this.#call("explain", source, options);
  }

  probe(source, options) {
    return this.#call("probe", source, options);
  }

  presets() {
    return this.#pool.run({ name: "presets", source: null });
  }

  optionNames() {
    return this.#pool.run({ name: "optionNames", source: null });
  }

  memory() {
    return this.#pool.run({ name: "memory" });
  }

  close() {
    this.#pool.close();
  }

  async #call(name, source, given) {
    const { signal, onProgress, deep, options } = taken(source, given);
    return this.#pool.run({ name, source, options, deep }, { signal, onProgress });
  }
}

// One for all who need none of their own; its worker is started by the first call.
const shared = new PhotoPrep();

export const prepare = (source, options) => shared.prepare(source, options);
export const check = (source, options) => shared.check(source, options);
export const explain = (source, options) => shared.explain(source, options);
export const probe = (source, options) => shared.probe(source, options);
export const presets = () => shared.presets();
export const optionNames = () => shared.optionNames();
