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

async function thePackage(context, report, { BUILT, FIXTURES, PACKAGE, phonePicture, told, withFolder }) {
  phonePicture();
  const server = await serve({ package: PACKAGE, fixtures: FIXTURES, built: BUILT });
  const errors = [];
  context.on("weberror", (error) => errors.push(error.error()));
  context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  const page = await context.newPage();
  await page.goto(server.url);

  const names = fs.readdirSync(FIXTURES).filter((name) => !/\.(md|json)$/.test(name) && name !== "invalid");
  const paths = names.map((name) => path.join(FIXTURES, name));
  const wanted = await withFolder((folder) => {
    // Names that differ only in their extension would be written over each other; the hashes are told all the same.
    const lines = paths.map((file, n) => told("prep", [file], "--out", path.join(folder, String(n))).get(file));
    return lines.map((line) => line.out?.sha256 ?? line.error.kind);
  });
  const made = await page.evaluate(prepareAll, names.map((name) => `/fixtures/${name}`));
  const different = names.filter((name, n) => made[n] !== wanted[n]);
  report.check("the program's files, byte for byte", different.length === 0 && names.length > 100, `${names.length} pictures; other: ${different}`);

  const large = await page.evaluate(prepareLarge);
  const seconds = large.seconds.map((time) => time.toFixed(2));
  const upright = large.width < large.height && large.width * large.height <= 10_000_000;
  report.check("12 MP: upright, within the limits", upright, `${large.width}x${large.height}, ${large.bytes} bytes`);
  report.check("12 MP: within 64 MB of WebAssembly memory", large.memory <= 64_000_000, `${large.memory} bytes`);
  report.check("12 MP: seconds, the first with the module's compiling", true, seconds.join(" "));

  const aborted = await page.evaluate(abort);
  report.check("aborted in the middle", aborted.name === "AbortError" && aborted.width === 100, JSON.stringify(aborted));
  report.check("no errors in the console", errors.length === 0, errors);
  await page.close();
  await server.close();
}

module.exports = { thePackage };
