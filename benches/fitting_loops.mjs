// What people write around sharp and mozjpeg to hold a limit of bytes: PROGRAM IN.png LIMIT OUT, with SHARP_FROM, a folder whose
// node_modules has sharp and @jsquash/jpeg.
//
// sharp-jpeg: quality from 92 down to 40 in steps of 4, then sides by 0.85, again and again. sharp-png: palettes of 256 to 16 colors,
// then sides by 0.85. mozjpeg: the highest quality that holds, by bisection; its own defaults but for 4:2:0 (progressive, trellis).
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const from = createRequire(join(process.env.SHARP_FROM || ".", "package.json"));
const sharp = from("sharp");
const [program, input, limit, out] = process.argv.slice(2);

async function smaller(encodings) {
  const { width } = await sharp(input).metadata();
  for (let side = width; side >= 16; side = Math.round(side * 0.85)) {
    for (const encode of encodings) {
      const data = await encode(sharp(input).resize({ width: side })).toBuffer();
      if (data.length <= limit) return data;
    }
  }
}

async function mozjpeg() {
  const folder = join(from.resolve("@jsquash/jpeg/package.json"), "..");
  const { init, default: encode } = await import(pathToFileURL(join(folder, "encode.js")));
  const wasm = readFileSync(join(folder, "codec/enc/mozjpeg_enc.wasm"));
  await init(await WebAssembly.compile(wasm));
  const { data, info } = await sharp(input).flatten({ background: "white" }).toColorspace("srgb").ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixels = { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
  let [best, low, high] = [undefined, 1, 100];
  while (low <= high) {
    const quality = (low + high) >> 1;
    const file = Buffer.from(await encode(pixels, { quality }));
    if (file.length <= limit) [best, low] = [file, quality + 1];
    else high = quality - 1;
  }
  return best;
}

const qualities = Array.from({ length: 14 }, (_, i) => (s) => s.flatten({ background: "white" }).jpeg({ quality: 92 - 4 * i }));
const palettes = [256, 128, 64, 32, 16].map((colors) => (s) => s.png({ palette: true, colors, effort: 7 }));
const work = { "sharp-jpeg": () => smaller(qualities), "sharp-png": () => smaller(palettes), mozjpeg };
const data = await work[program]();
if (data) writeFileSync(out, data);
