"use strict";
// Ten pictures through photo-prep, browser-image-compression and a canvas, in headless Chromium:
//
//   PHOTO_PREP_CLI=… CHROMIUM=… NODE_PATH=target/web/tools/node_modules node bindings/web/benches/side_by_side.cjs FOLDER
//   python3 bindings/web/benches/side_by_side.py FOLDER        (Pillow, pillow-heif, NumPy) prints the table
//
// FOLDER gets what came out, and results.json. The package must be built, and .ci/web have been run once for its tools.

const fs = require("node:fs");
const path = require("node:path");

const { browser } = require("../../../.ci/clients.d/sandboxes.js");
const { serve } = require("../test/browser/server.cjs");

const ROOT = path.join(__dirname, "../../..");

// What, which file, most bytes, most pixels of the longer side.
const PICTURES = [
  ["phone, 12 MP, orientation 6", "target/web/phone-12mp.jpg", 500_000, 2000],
  ["chart, orientation 6", "fixtures/orientation_6.jpg", 20_000, 1000],
  ["1 MP for 100 KB", "fixtures/jpeg_1mp.jpg", 100_000, 1000],
  ["Display P3", "fixtures/jpeg_display_p3.jpg", 20_000, 1000],
  ["Adobe RGB", "fixtures/jpeg_adobe_rgb.jpg", 20_000, 1000],
  ["CMYK with a profile", "fixtures/jpeg_cmyk_icc.jpg", 20_000, 1000],
  ["PNG, 16 bits", "fixtures/png_rgb_16.png", 60_000, 1000],
  ["transparent PNG", "fixtures/png_rgba_8.png", 60_000, 1000],
  ["TIFF, 16 bits", "fixtures/tiff_rgb_16.tif", 60_000, 1000],
  ["HEIC, 12 MP", "crates/photo-prep/tests/data/heic/grid_12mp.heic", 500_000, 2000],
];

// Runs in the page: what one tool makes of one picture, three times.
async function run([tool, address, type, maxBytes, maxSide]) {
  const content = await (await fetch(address)).arrayBuffer();
  const file = new File([content], "photo", { type });
  const tools = {
    async "photo-prep"() {
      const { prepare } = await import("/package/index.js");
      return (await prepare(file, { maxBytes, maxSide })).blob;
    },
    "browser-image-compression": () =>
      window.imageCompression(file, {
        maxSizeMB: maxBytes / 1024 / 1024,
        maxWidthOrHeight: maxSide,
        useWebWorker: true,
        libURL: `${location.origin}/bic/browser-image-compression.js`,
      }),
    // As it is mostly written: reduced by drawImage, a JPEG of quality 0.8, PNG where the file is one.
    async canvas() {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, maxSide / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise((resolve) => canvas.toBlob(resolve, type === "image/png" ? type : "image/jpeg", 0.8));
    },
  };
  const seconds = [];
  let blob;
  try {
    for (let n = 0; n < 3; n += 1) {
      const began = performance.now();
      blob = await tools[tool]();
      seconds.push((performance.now() - began) / 1000);
    }
  } catch (error) {
    return { tool, error: String(error?.message ?? error ?? "an event without words") };
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { tool, seconds: seconds.sort((a, b) => a - b)[1], base64: btoa(text) };
}

async function main() {
  const out = process.argv[2];
  fs.mkdirSync(out, { recursive: true });
  const { phonePicture } = await import("../test/support.mjs");
  phonePicture();
  const bic = path.dirname(require.resolve("browser-image-compression"));
  const server = await serve({ package: path.join(ROOT, "target/web/package"), root: ROOT, bic }, "");
  const chromium = await browser();
  const page = await (await chromium.newContext()).newPage();
  await page.goto(server.url);
  await page.addScriptTag({ url: `${server.url}/bic/browser-image-compression.js` });
  const results = [];
  for (const [name, file, maxBytes, maxSide] of PICTURES) {
    const extension = path.extname(file).slice(1);
    const type = `image/${{ jpg: "jpeg", tif: "tiff" }[extension] ?? extension}`;
    for (const tool of ["photo-prep", "browser-image-compression", "canvas"]) {
      const { base64, ...result } = await page.evaluate(run, [tool, `/root/${file}`, type, maxBytes, maxSide]);
      if (base64) {
        result.out = `${results.length}.${tool}`;
        fs.writeFileSync(path.join(out, result.out), Buffer.from(base64, "base64"));
      }
      results.push({ name, file: path.join(ROOT, file), maxBytes, maxSide, ...result });
      console.error(name, tool, result.seconds ?? result.error);
    }
  }
  fs.writeFileSync(path.join(out, "results.json"), JSON.stringify(results, null, 1));
  await chromium.close();
  await server.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
