// sharp from bytes to bytes in memory: node in_memory.mjs IN RUNS WARMUP. Prints {"ms":[…]}; SHARP_FROM as for ../shared/peers/bench.py.
// The fastest settings of ../shared/peers/runners/sharp_runner.mjs for a picture that is within the limits.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
const require = createRequire(path.join(process.env.SHARP_FROM, 'x.js'));
const sharp = require('sharp');
sharp.cache(false);

const [, , input, runs, warmup] = process.argv;
const bytes = fs.readFileSync(input);
const ms = [];
for (let run = 0; run < Number(warmup) + Number(runs); run++) {
  const start = performance.now();
  await sharp(bytes).autoOrient().jpeg({ quality: 90, chromaSubsampling: '4:2:0', optimiseCoding: false }).toBuffer();
  if (run >= Number(warmup)) ms.push(performance.now() - start);
}
console.log(JSON.stringify({ ms }));
