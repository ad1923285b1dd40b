// The calls: what comes in and out, options and errors, progress, aborting, workers.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";

import { FIXTURES, PACKAGE, TURNED, phonePicture } from "./support.mjs";

const { PhotoPrep, PhotoPrepError, check, explain, optionNames, prepare, presets, probe } = await import("../../../target/web/package/index.js");
const direct = await import("../../../target/web/package/direct.js");
const turned = readFileSync(TURNED);

test("all kinds of sources give the same", async () => {
  const buffer = turned.buffer.slice(turned.byteOffset, turned.byteOffset + turned.byteLength);
  const sources = [turned, new Uint8Array(buffer), buffer, new Blob([turned]), new File([turned], "IMG_0815.jpg")];
  const [first, ...others] = await Promise.all(sources.map((source) => prepare(source)));
  for (const other of others) assert.deepEqual(other.bytes, first.bytes);
  assert.equal(buffer.byteLength, turned.byteLength, "what was given is still there");
  assert.deepEqual([...new Uint8Array(await first.blob.arrayBuffer())], [...first.bytes]);
  assert.deepEqual([first.blob.type, first.type, first.named("a.b.heic"), first.named("a.JPG")], ["image/jpeg", "image/jpeg", "a.b.jpg", "a.JPG"]);
});

test("the same in this thread", async () => {
  const [there, here] = await Promise.all([prepare(turned), direct.prepare(turned)]);
  assert.deepEqual(here.bytes, there.bytes);
  assert.deepEqual(here.report, there.report);
  await assert.rejects(direct.prepare(new Blob(["%PDF-1.7"])), { code: "unknown_format" });
  assert.deepEqual(await direct.presets(), await presets());
});

test("facts, verdict and plan", async () => {
  const facts = await probe(readFileSync(path.join(FIXTURES, "jpeg_private_turned.jpg")));
  assert.deepEqual([facts.format, facts.width, facts.height, facts.orientation], ["jpeg", 160, 120, 6]);
  assert.ok(facts.private.location && facts.private.camera && facts.private.taken, JSON.stringify(facts.private));
  const { bytes } = await prepare(readFileSync(path.join(FIXTURES, "jpeg_private_turned.jpg")));
  assert.deepEqual((await probe(bytes)).private, { location: null, camera: null, taken: null });
  assert.equal((await check(bytes)).status, "compliant");
  assert.equal((await check(bytes, { requirements: { formats: ["png"] }, deep: false })).status, "fixable");
  const plan = await explain(turned);
  assert.equal(plan.route, "coefficients");
  assert.match(plan.text, /turned upright/);
  assert.ok((await presets()).includes("zoho-crm-photo") && (await optionNames()).includes("maxBytes"));
});

test("errors of pictures", async () => {
  const cut = turned.subarray(0, turned.length / 2);
  const table = [
    [new Blob(["%PDF-1.7 and so on"]), {}, "unknown_format", { looksLike: "a PDF" }],
    [cut, {}, "malformed", { format: "jpeg", unit: "MCUs" }],
    [turned, { inputPixels: 100 }, "limit_exceeded", { limit: 100 }],
    [turned, { inputBytes: 100 }, "limit_exceeded", { actual: turned.length, limit: 100 }],
    [turned, { maxBytes: 20 }, "cannot_fit", { limit: 20 }],
    [turned, { aspect: "3:1" }, "unfixable", {}],
  ];
  for (const [source, options, code, details] of table) {
    const error = await prepare(source, options).then(() => null, (error) => error);
    assert.ok(error instanceof PhotoPrepError && error instanceof Error, code);
    assert.deepEqual([error.name, error.code], ["PhotoPrepError", code]);
    assert.ok(error.message && /\.$/.test(error.help), error.help);
    for (const [name, value] of Object.entries(details)) assert.equal(error.details[name], value, `${code} ${name}`);
  }
  assert.equal((await prepare(cut, { tolerance: "truncated" })).format, "jpeg");
});

test("errors of arguments name the option", async () => {
  const table = [
    [{ maxByte: 1 }, TypeError, /unknown option "maxByte"; the nearest is "maxBytes"/],
    [{ max_bytes: 1 }, TypeError, /max_bytes/],
    [{ maxBytes: "1" }, TypeError, /maxBytes/],
    [{ maxBytes: 0 }, RangeError, /maxBytes/],
    [{ maxBytes: 1.5 }, RangeError, /maxBytes/],
    [{ maxPixels: -1 }, RangeError, /maxPixels/],
    [{ maxSide: 2 ** 40 }, RangeError, /maxSide/],
    [{ quality: 101 }, RangeError, /quality/],
    [{ quality: "good" }, TypeError, /quality/],
    [{ format: "webp" }, RangeError, /format: "webp": must be one of "auto", "jpeg", "png"/],
    [{ crop: "center", pad: "white" }, TypeError, /crop or pad/],
    [{ preset: "mine" }, RangeError, /zoho-crm-photo/],
    [{ preset: "zoho-crm-photo", requirements: {} }, TypeError, /not both/],
    [{ requirements: { max_byte: 1 } }, RangeError, /max_bytes/],
    [{ enlarge: 1 }, TypeError, /enlarge/],
    [{ aspect: "2:1-1:1" }, RangeError, /narrowest first/],
    [{ onProgress: 1 }, TypeError, /onProgress/],
    [{ signal: {} }, TypeError, /signal/],
    [null, TypeError, /object/],
  ];
  for (const [options, kind, words] of table) {
    for (const call of [prepare, direct.prepare]) {
      const error = await call(turned, options).then(() => null, (error) => error);
      assert.ok(error instanceof kind, `${JSON.stringify(options)}: ${error}`);
      assert.match(error.message, words);
    }
  }
  for (const source of ["IMG.jpg", 1, null, undefined, [1], new Uint16Array(4)]) await assert.rejects(prepare(source), TypeError);
});

test("progress goes forward to its end", async () => {
  const seen = [];
  await prepare(turned, { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(seen.map(({ step }) => step), ["load", "read", "plan", "work", "done"]);
  assert.ok(seen.every(({ fraction }, n) => n === 0 || fraction > seen[n - 1].fraction));
  assert.equal(seen.at(-1).fraction, 1);
});

test("a signal ends the worker, and the next picture is prepared all the same", async () => {
  const phone = readFileSync(phonePicture());
  const photoPrep = new PhotoPrep();
  after(() => photoPrep.close());
  const controller = new AbortController();
  let tell;
  const begun = new Promise((resolve) => {
    tell = resolve;
  });
  const onProgress = ({ step }) => step === "work" && tell();
  const rejected = assert.rejects(photoPrep.prepare(phone, { signal: controller.signal, onProgress }), { name: "AbortError" });
  const waiting = photoPrep.prepare(turned);
  await begun;
  controller.abort();
  await rejected;
  assert.equal((await waiting).format, "jpeg", "what waited goes on");
  await assert.rejects(photoPrep.prepare(turned, { signal: AbortSignal.abort() }), { name: "AbortError" });
  await assert.rejects(photoPrep.prepare(turned, { signal: AbortSignal.abort(new Error("mine")) }), { message: "mine" });
  const late = new AbortController();
  assert.equal((await photoPrep.prepare(turned, { signal: late.signal })).format, "jpeg");
  late.abort();
  assert.equal((await photoPrep.prepare(turned)).format, "jpeg", "a late signal ends nothing");
});

test("a closed one says so", async () => {
  const photoPrep = new PhotoPrep({ workers: 2 });
  const running = photoPrep.prepare(turned);
  photoPrep.close();
  await assert.rejects(running, { code: "closed" });
  await assert.rejects(photoPrep.prepare(turned), { code: "closed" });
  assert.throws(() => new PhotoPrep({ workers: 0 }), RangeError);
});

test("many at once, in their order", async () => {
  const photoPrep = new PhotoPrep({ workers: 3 });
  const sizes = Array.from({ length: 24 }, (_, n) => 16 + n);
  const made = await Promise.all(sizes.map((maxSide) => photoPrep.prepare(turned, { maxSide })));
  photoPrep.close();
  assert.deepEqual(made.map(({ width }) => width), sizes);
});

test("an idle worker keeps no program running", () => {
  const script = `import { prepare } from ${JSON.stringify(path.join(PACKAGE, "index.js"))};
    import { readFileSync } from "node:fs";
    console.log((await prepare(readFileSync(${JSON.stringify(TURNED)}))).width);`;
  const told = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 60_000 });
  assert.equal(told.trim(), "160");
});

test("directories that lead to each other a thousand times are not followed", async () => {
  // A TIFF whose first directory is nothing but pointers, each to another place within it.
  const count = 4000;
  const exif = Buffer.alloc(14 + count * 12);
  exif.write("II*\0", "latin1");
  exif.writeUInt32LE(8, 4);
  exif.writeUInt16LE(count, 8);
  for (let n = 0; n < count; n += 1) {
    exif.writeUInt16LE(0x8769, 10 + n * 12);
    exif.writeUInt16LE(4, 12 + n * 12);
    exif.writeUInt32LE(1, 14 + n * 12);
    exif.writeUInt32LE(8 + n * 12, 18 + n * 12);
  }
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0, ...Buffer.from("Exif\0\0", "latin1")]);
  head.writeUInt16BE(8 + exif.length, 4);
  const jpeg = readFileSync(path.join(FIXTURES, "jpeg_baseline.jpg"));
  const facts = await probe(Buffer.concat([head, exif, jpeg.subarray(2)]));
  assert.deepEqual(facts.private, { location: null, camera: null, taken: null });
});
