"use strict";
// The package on a page with a strict security policy: the same files as the program's, a 12 MP photo, aborting.

const fs = require("node:fs");
const path = require("node:path");

const { serve } = require("./server.cjs");

// Every fixture of the first folder, in the browser; gives a SHA-256 or an error's code for each.
function prepareAll(paths) {
  return (async () => {
    const { PhotoPrep } = await import("/package/index.js");
    const photoPrep = new PhotoPrep();
    const hexadecimal = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const told = [];
    for (const path of paths) {
      const file = await (await fetch(path)).blob();
      try {
        const { blob } = await photoPrep.prepare(file);
        told.push(hexadecimal(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())));
      } catch (error) {
        told.push(error.code);
      }
    }
    photoPrep.close();
    return told;
  })();
}

// The greatest difference of a sample between what the package and the program make of a picture, both as PNG.
function farthest([address, base64]) {
  return (async () => {
    const { prepare } = await import("/package/index.js");
    const own = await prepare(await (await fetch(address)).blob(), { format: "png" });
    const other = new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: "image/png" });
    const [a, b] = await Promise.all([own.blob, other].map(pixels));
    return a.length === b.length ? a.reduce((most, sample, n) => Math.max(most, Math.abs(sample - b[n])), 0) : -1;

    async function pixels(blob) {
      const picture = await createImageBitmap(blob);
      const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
      context.drawImage(picture, 0, 0);
      return context.getImageData(0, 0, picture.width, picture.height).data;
    }
  })();
}

// A large photo five times; the first time includes fetching and compiling the module.
function prepareLarge() {
  return (async () => {
    const { PhotoPrep } = await import("/package/index.js");
    const photoPrep = new PhotoPrep();
    const file = await (await fetch("/built/phone-12mp.jpg")).blob();
    const seconds = [];
    let prepared;
    for (let n = 0; n < 5; n += 1) {
      const began = performance.now();
      prepared = await photoPrep.prepare(file);
      seconds.push((performance.now() - began) / 1000);
    }
    const memory = await photoPrep.memory();
    const { width, height } = await createImageBitmap(prepared.blob);
    photoPrep.close();
    return { seconds, memory, width, height, bytes: prepared.bytes.length };
  })();
}

// Aborted in the middle of its work; then another picture.
function abort() {
  return (async () => {
    const { prepare } = await import("/package/index.js");
    const file = await (await fetch("/built/phone-12mp.jpg")).blob();
    const controller = new AbortController();
    let asked = null;
    const onProgress = ({ step }) => {
      if (step !== "work") return;
      asked = performance.now();
      controller.abort();
    };
    const error = await prepare(file, { signal: controller.signal, onProgress }).then(() => null, (error) => error);
    const took = performance.now() - asked;
    const next = await prepare(await (await fetch("/fixtures/jpeg_1mp.jpg")).blob(), { maxSide: 100 });
    return { name: error?.name, took, width: next.width };
  })();
}

// Its profile is interpolated in floats here, and in fixed point by the program.
const INKS = "jpeg_cmyk_icc.jpg";

async function sameFiles(page, report, { FIXTURES, told, withFolder }) {
  const names = fs.readdirSync(FIXTURES).filter((name) => !/\.(md|json)$/.test(name) && name !== "invalid");
  const wanted = await withFolder((folder) => hashes(names.map((name) => path.join(FIXTURES, name)), folder, told));
  const made = await page.evaluate(prepareAll, names.map((name) => `/fixtures/${name}`));
  const different = names.filter((name, n) => made[n] !== wanted[n] && name !== INKS);
  report.check("the program's files, byte for byte", different.length === 0 && names.length > 100, `${names.length} pictures; other: ${different}`);
  const inks = await withFolder((folder) => {
    const out = path.join(folder, "inks.png");
    told("prep", [path.join(FIXTURES, INKS)], "--out", out, "--format", "png");
    return fs.readFileSync(out).toString("base64");
  });
  const off = await page.evaluate(farthest, [`/fixtures/${INKS}`, inks]);
  report.check("inks with a profile: the same but for the last digits", off >= 0 && off <= 2, `off by ${off} of 255`);
}

// What the program makes of each: a SHA-256 or an error's kind. Names that differ only in their extension would be written over
// each other.
function hashes(paths, folder, told) {
  const kinds = [...new Set(paths.map((file) => path.extname(file)))];
  const lines = kinds.flatMap((kind) => {
    const out = path.join(folder, kind);
    fs.mkdirSync(out);
    return [...told("prep", paths.filter((file) => path.extname(file) === kind), "--out", out)];
  });
  const byPath = new Map(lines);
  return paths.map((file) => byPath.get(file).out?.sha256 ?? byPath.get(file).error.kind);
}

async function largePhoto(page, report) {
  const large = await page.evaluate(prepareLarge);
  const seconds = large.seconds.map((time) => time.toFixed(2));
  const upright = large.width < large.height && large.width * large.height <= 10_000_000;
  report.check("12 MP: upright, within the limits", upright, `${large.width}x${large.height}, ${large.bytes} bytes`);
  report.check("12 MP: within 64 MB of WebAssembly memory", large.memory <= 64_000_000, `${large.memory} bytes`);
  report.check("12 MP: seconds, the first with the module's compiling", true, seconds.join(" "));
}

async function thePackage(context, report, support) {
  const { BUILT, FIXTURES, PACKAGE } = support;
  support.phonePicture();
  const server = await serve({ package: PACKAGE, fixtures: FIXTURES, built: BUILT });
  const errors = [];
  context.on("weberror", (error) => errors.push(error.error()));
  context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    const page = await context.newPage();
    await page.goto(server.url);
    await sameFiles(page, report, support);
    await largePhoto(page, report);
    const aborted = await page.evaluate(abort);
    report.check("aborted in the middle", aborted.name === "AbortError" && aborted.width === 100, JSON.stringify(aborted));
    report.check("no errors in the console", errors.length === 0, errors);
    await page.close();
  } finally {
    await server.close();
  }
}

module.exports = { thePackage };
