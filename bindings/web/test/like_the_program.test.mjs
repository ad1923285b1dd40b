// Outputs equal those of the native program byte for byte, and both say the same of every picture.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";

import { PICTURES, sha256, told, withFolder } from "./support.mjs";

const { PhotoPrep, PhotoPrepError } = await import("../../../target/web/package/index.js");
const photoPrep = new PhotoPrep({ workers: 2 });
after(() => photoPrep.close());

// Options of the program, and the same in JavaScript.
const SETTINGS = {
  default: [[], {}],
  bytes: [["--max-bytes", "60000"], { maxBytes: 60_000 }],
  keep: [["--metadata", "keep", "--max-pixels", "20000", "--max-bytes", "9000"], { metadata: "keep", maxPixels: 20_000, maxBytes: 9_000 }],
  tolerant: [
    ["--tolerance", "truncated", "--edges", "trim", "--color", "srgb", "--max-bytes", "3000"],
    { tolerance: "truncated", edges: "trim", color: "srgb", maxBytes: 3_000 },
  ],
  best: [["--quality", "best", "--format", "jpeg"], { quality: "best", format: "jpeg" }],
  quality: [
    ["--quality", "70", "--quality-floor", "50", "--subsampling", "444", "--max-side", "40"],
    { quality: 70, qualityFloor: 50, subsampling: "444", maxSide: 40 },
  ],
  png: [["--format", "png", "--max-width", "60"], { format: "png", maxWidth: 60 }],
  crop: [["--aspect", "1:1", "--crop", "50,30"], { aspect: "1:1", crop: "50,30" }],
  pad: [
    ["--aspect", "3:4-16:9", "--pad", "#ff8000", "--background", "black"],
    { aspect: "3:4-16:9", pad: "#ff8000", background: "black" },
  ],
  preset: [["--preset", "us-visa-photo", "--enlarge", "--crop"], { preset: "us-visa-photo", enlarge: true, crop: "center" }],
  verify: [["--verify", "structure", "--color", "preserve"], { verify: "structure", color: "preserve" }],
};

// moxcms interpolates profiles of inks in fixed point on x86 and ARM, and in floats elsewhere: samples differ by 2 of 255 at most,
// which browser/the_package.cjs looks at.
const NEARLY = /\/jpeg_cmyk_icc\.jpg$/;

async function same(path, line, options) {
  let prepared;
  try {
    prepared = await photoPrep.prepare(readFileSync(path), options);
  } catch (error) {
    assert.ok(error instanceof PhotoPrepError, `${path}: ${error}`);
    assert.ok(["refused", "failed"].includes(line.status), `${path}: ${error}`);
    assert.equal(error.code, line.error.kind, path);
    assert.equal(error.message, line.error.message, path);
    assert.ok(error.help.length > 10, path);
    return;
  }
  assert.equal(line.status, "ok", `${path}: ${line.error?.message}`);
  const { out, verdict } = line;
  if (!NEARLY.test(path)) assert.equal(sha256(prepared.bytes), out.sha256, path);
  assert.deepEqual([prepared.format, prepared.width, prepared.height], [out.format, out.width, out.height], path);
  assert.deepEqual([prepared.verdict, prepared.attempt, prepared.quality], [verdict.before, line.attempt, line.quality], path);
  assert.deepEqual(prepared.report.violations, verdict.violations, path);
  assert.deepEqual([prepared.report.route, prepared.report.lossless, prepared.bytesIn], [line.route, line.lossless, line.in.bytes], path);
}

test("there are fixtures", () => assert.ok(PICTURES.length > 300, String(PICTURES.length)));

for (const [name, [given, options]] of Object.entries(SETTINGS)) {
  test(`prepare: ${name}`, () =>
    withFolder(async (folder) => {
      const lines = await inParts(PICTURES, (paths, n) => {
        const out = `${folder}/${n}`;
        mkdirSync(out);
        return told("prep", paths, "--out", out, ...given);
      });
      await Promise.all(PICTURES.map((path) => same(path, lines.get(path), options)));
    }));
}

// Names that are there twice would be written over each other.
async function inParts(paths, run) {
  const folders = new Map();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const name = path.slice(folder.length + 1).replace(/\.[^.]*$/, "");
    const key = [...folders.keys()].find((key) => !folders.get(key).names.has(name)) ?? folders.size;
    if (!folders.has(key)) folders.set(key, { names: new Set(), paths: [] });
    folders.get(key).names.add(name);
    folders.get(key).paths.push(path);
  }
  const lines = [...folders.entries()].map(([key, { paths }]) => run(paths, key));
  return new Map(lines.flatMap((part) => [...part]));
}

test("check", async () => {
  const lines = told("check", PICTURES, "--preset", "google-merchant-image");
  for (const path of PICTURES) {
    const verdict = await photoPrep.check(readFileSync(path), { preset: "google-merchant-image" });
    assert.equal(verdict.status, lines.get(path).verdict.before, path);
    assert.deepEqual(verdict.violations, lines.get(path).verdict.violations, path);
  }
});

test("explain", async () => {
  const lines = told("explain", PICTURES);
  for (const path of PICTURES) {
    const line = lines.get(path);
    const explained = photoPrep.explain(readFileSync(path), { sha256: true });
    if (line.error) {
      await assert.rejects(explained, { code: line.error.kind, message: line.error.message }, path);
      continue;
    }
    const { route, details, memory, text } = await explained;
    assert.equal(route, line.route, path);
    // How much memory it takes depends on the threads.
    assert.deepEqual({ ...details, estimate: null }, { ...line.plan, estimate: null }, path);
    assert.ok(memory > 0 && text.length > 0, path);
  }
});
