// Workers, and the jobs that wait for them.

import { FRACTIONS } from "./arguments.js";
import { PhotoPrepError, internal, notLoaded, toError } from "./errors.js";
import { startWorker } from "./host.js";

/** Up to so many workers, started when there is work for them. */
export class Pool {
  #most;
  #waiting = [];
  #slots = new Set();
  #closed = false;

  constructor(most) {
    this.#most = most;
  }

  /** Gives what a worker comes to; ends that worker where `signal` aborts. */
  run(message, { signal, onProgress } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new PhotoPrepError(CLOSED);
      signal?.throwIfAborted();
      const job = { message, onProgress, resolve, reject, slot: null };
      if (signal) {
        const abort = () => this.#drop(job, signal.reason);
        signal.addEventListener("abort", abort, { once: true });
        job.settled = () => signal.removeEventListener("abort", abort);
      }
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Ends all workers; what is under way is rejected. */
  close() {
    this.#closed = true;
    const jobs = [...this.#waiting, ...[...this.#slots].map((slot) => slot.job)].filter(Boolean);
    for (const slot of [...this.#slots]) this.#end(slot);
    this.#waiting = [];
    for (const job of jobs) this.#settle(job, () => job.reject(new PhotoPrepError(CLOSED)));
  }

  #next() {
    while (this.#waiting.length > 0) {
      let slot = [...this.#slots].find((slot) => slot.job === null);
      if (!slot && this.#slots.size >= this.#most) return;
      slot ??= this.#start();
      slot.job = this.#waiting.shift();
      slot.job.slot = slot;
      slot.worker.then((worker) => {
        // It may have been aborted while the worker started.
        if (!slot.job || slot.ended) return;
        worker.busy(true);
        worker.post(slot.job.message);
      }, (error) => this.#failed(slot, error));
    }
  }

  #start() {
    const slot = { job: null, ended: false, worker: null };
    slot.worker = startWorker((heard) => this.#heard(slot, heard), (error) => this.#failed(slot, error));
    this.#slots.add(slot);
    return slot;
  }

  #heard(slot, { step, result, error }) {
    const { job } = slot;
    if (!job || (step === undefined && result === undefined && error === undefined)) return;
    if (step !== undefined) return this.#tell(job, step);
    if (error?.fatal) this.#end(slot);
    slot.job = null;
    slot.worker.then((worker) => slot.job === null && worker.busy(false));
    if (error === undefined) this.#tell(job, "done");
    this.#settle(job, () => (error === undefined ? job.resolve(result) : job.reject(toError(error))));
    this.#next();
  }

  // A callback that throws is its caller's affair, and no reason to lose the picture.
  #tell(job, step) {
    job.begun = true;
    try {
      job.onProgress?.({ step, fraction: FRACTIONS[step] });
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #failed(slot, error) {
    if (slot.ended) return;
    const { job } = slot;
    this.#end(slot);
    if (job) this.#settle(job, () => job.reject(toError(job.begun ? internal(error) : notLoaded(error))));
    this.#next();
  }

  #drop(job, reason) {
    this.#waiting = this.#waiting.filter((other) => other !== job);
    if (job.slot) this.#end(job.slot);
    this.#settle(job, () => job.reject(reason));
    this.#next();
  }

  #end(slot) {
    slot.ended = true;
    slot.job = null;
    this.#slots.delete(slot);
    slot.worker.then((worker) => worker.end(), () => {});
  }

  #settle(job, settle) {
    job.settled?.();
    settle();
  }
}

const CLOSED = { code: "closed", message: "it was closed before the picture was done", help: "Make another one." };
