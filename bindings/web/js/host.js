// What browsers and Node do in different ways: workers, and reading the module.

const inNode = typeof process !== "undefined" && Boolean(process.versions?.node);

// Names are put together, so that bundlers for browsers don't look for Node's modules.
const builtin = (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ "node:" + name);

/** The compiled module, as wasm-bindgen's loader takes it: an address to fetch, or the content where there is no fetching. */
export async function moduleSource() {
  const address = new URL("./photo_prep_bg.wasm", import.meta.url);
  if (!inNode) return { module_or_path: address };
  const { readFile } = await builtin("fs/promises");
  return { module_or_path: await readFile(address) };
}

/**
 * A new worker: `post`, `end`, and `busy` that keeps a program of Node running while it works. `heard` is called with what
 * it says, `failed` with the error that ended it.
 */
export async function startWorker(heard, failed) {
  if (!inNode) {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "photo-prep" });
    worker.onmessage = ({ data }) => heard(data);
    worker.onerror = (event) => {
      event.preventDefault();
      failed(new Error(event.message || "the worker's script could not be loaded"));
    };
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate(), busy: () => {} };
  }
  const { Worker: NodeWorker } = await builtin("worker_threads");
  const worker = new NodeWorker(new URL("./worker.js", import.meta.url), { execArgv: [] });
  worker.on("message", heard);
  worker.on("error", failed);
  return {
    post: (message) => worker.postMessage(message),
    end: () => void worker.terminate(),
    busy: (busy) => (busy ? worker.ref() : worker.unref()),
  };
}

/**
 * The other end of a worker: calls `heard` with each message and a function that answers it. Browsers lose what comes before
 * somebody listens, so that nothing may be waited for there.
 */
export function serve(heard) {
  if (!inNode) {
    const post = (message, transfer = []) => postMessage(message, { transfer });
    addEventListener("message", ({ data }) => heard(data, post));
    return;
  }
  builtin("worker_threads").then(({ parentPort }) => {
    const post = (message, transfer) => parentPort.postMessage(message, transfer);
    parentPort.on("message", (message) => heard(message, post));
  });
}
