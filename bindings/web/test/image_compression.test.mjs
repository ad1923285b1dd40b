// The wrapper with the call shape of browser-image-compression.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { FIXTURES, TURNED } from "./support.mjs";

const { default: imageCompression } = await import("../../../target/web/package/image-compression.js");
const file = (name, type) => new File([readFileSync(path.join(FIXTURES, name))], name, { type, lastModified: 5 });
const large = () => file("jpeg_1mp.jpg", "image/jpeg");

test("limits are held", async () => {
  const percent = [];
  const options = { maxSizeMB: 0.05, maxWidthOrHeight: 640, onProgress: (n) => percent.push(n), useWebWorker: true };
  const made = await imageCompression(large(), options);
  assert.ok(made instanceof File && made.size <= 0.05 * 1024 * 1024, String(made.size));
  assert.deepEqual([made.name, made.type, made.lastModified, percent.at(-1)], ["jpeg_1mp.jpg", "image/jpeg", 5, 100]);
});

test("without limits none is held", async () => {
  const made = await imageCompression(file("png_over_10mp.png", "image/png"), { maxSizeMB: Number.POSITIVE_INFINITY });
  const bytes = Buffer.from(await made.arrayBuffer());
  const wanted = readFileSync(path.join(FIXTURES, "png_over_10mp.png"));
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [wanted.readUInt32BE(16), wanted.readUInt32BE(20)]);
});

test("types, names and quality", async () => {
  const png = await imageCompression(large(), { fileType: "image/png", maxWidthOrHeight: 50 });
  assert.deepEqual([png.name, png.type], ["jpeg_1mp.png", "image/png"]);
  const [fine, coarse] = await Promise.all([0.9, 0.4].map((initialQuality) => imageCompression(large(), { initialQuality, maxWidthOrHeight: 600 })));
  assert.ok(coarse.size < fine.size / 2);
  const here = await imageCompression(new Blob([readFileSync(TURNED)]), { useWebWorker: false });
  assert.equal(here.name, "photo.jpg");
  const kept = await imageCompression(file("jpeg_private_turned.jpg", "image/jpeg"), { preserveExif: true });
  assert.ok(Buffer.from(await kept.arrayBuffer()).includes("Exif"));
});

test("what can't be done is refused by name", async () => {
  const table = [
    [{ alwaysKeepResolution: true }, /alwaysKeepResolution/],
    [{ maxIteration: 10 }, /maxIteration/],
    [{ exifOrientation: 6 }, /exifOrientation/],
    [{ libURL: "https://example.com/a.js" }, /libURL/],
    [{ fileType: "image/webp" }, /image\/webp/],
    [{ maxSizeMb: 1 }, /maxSizeMb/],
    [{ maxSizeMB: 0 }, /maxSizeMB/],
    [{ initialQuality: 80 }, /initialQuality/],
  ];
  for (const [options, words] of table) {
    const error = await imageCompression(large(), options).then(() => null, (error) => error);
    assert.ok(error instanceof TypeError || error instanceof RangeError, JSON.stringify(options));
    assert.match(error.message, words);
  }
  await imageCompression(large(), { alwaysKeepResolution: false, maxIteration: undefined });
  await assert.rejects(imageCompression(large(), { signal: AbortSignal.abort() }), { name: "AbortError" });
  await assert.rejects(imageCompression("a.jpg"), TypeError);
});
