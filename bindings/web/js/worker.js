// A worker that prepares pictures, one after the other as they come.

import { memory, run } from "./engine.js";
import { internal } from "./errors.js";
import { serve } from "./host.js";

serve(async ({ name, source, options, deep }, post) => {
  try {
    if (name === "memory") return post({ result: await memory() });
    const result = await run(name, source, options, deep, (step) => post({ step }));
    post({ result }, result.bytes ? [result.bytes.buffer] : []);
  } catch (error) {
    // What is no description comes from loading the module or reading the source.
    post({ error: error.class ? error : { ...internal(error), fatal: true } });
  }
});
