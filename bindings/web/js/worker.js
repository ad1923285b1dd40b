// A worker that prepares pictures, one after the other as they come.

import { memory, run } from "./engine.js";
import { serve } from "./host.js";

serve(async ({ name, source, options, deep }, post) => {
  try {
    if (name === "memory") return post({ result: await memory() });
    const result = await run(name, source, options, deep, (step) => post({ step }));
    post({ result }, result.bytes instanceof Uint8Array ? [result.bytes.buffer] : []);
  } catch (error) {
    post({ error });
  }
});
