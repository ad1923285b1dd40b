// What the tests share: the built package, the fixtures, and the program whose files must be the same.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
export const BUILT = path.join(ROOT, "target/web");
export const PACKAGE = path.join(BUILT, "package");
export const FIXTURES = path.join(ROOT, "fixtures");
export const PROGRAM = process.env.PHOTO_PREP_CLI ?? path.join(ROOT, "target/release/examples/prep-and-upload");
/** A JPEG that lies on its side, with EXIF. */
export const TURNED = path.join(ROOT, "crates/photo-prep/doc/turned.jpg");

const PICTURE = /\.(jpe?g|png|gif|bmp|webp|tiff?|heic|avif)$/;

function pictures(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile() && PICTURE.test(entry.name)).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)).sort();
}

/** Every picture of the repository, the broken ones too. */
export const PICTURES = [...pictures(FIXTURES), ...pictures(path.join(ROOT, "crates/photo-prep/tests/data"))];

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** What the program tells of each input, by its path. */
export function told(command, inputs, ...options) {
  const arguments_ = [command, ...inputs, "--json", "--no-config", ...options];
  let text;
  try {
    text = execFileSync(PROGRAM, arguments_, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    // Its exit status says that some were refused.
    text = error.stdout;
  }
  const lines = text.trim().split("\n").map((line) => JSON.parse(line));
  return new Map(lines.map((line) => [line.file, line]));
}

/** Runs `action` with a folder that is gone afterwards. */
export function withFolder(action) {
  const folder = mkdtempSync(path.join(tmpdir(), "photo-prep-web-"));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  return Promise.resolve(action(folder)).finally(clean);
}

// The same noise on every machine (xorshift32).
function noise(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

// A BMP of something like a photo: slopes, waves of many lengths, grain.
function photoLike(width, height, seed) {
  const random = noise(seed);
  const waves = Array.from({ length: 24 }, (_, n) => {
    const length = 2400 / 1.35 ** n;
    const turn = random() * 7;
    return { x: Math.cos(turn) / length, y: Math.sin(turn) / length, high: 40 / 1.18 ** n, at: random() * 7, tint: random() };
  });
  const tables = waves.map((wave) => ({
    ...wave,
    across: Float32Array.from({ length: width }, (_, x) => Math.sin(x * wave.x * 6.28 + wave.at) * wave.high),
    down: Float32Array.from({ length: height }, (_, y) => Math.cos(y * wave.y * 6.28)),
  }));
  const stride = (width * 3 + 3) & ~3;
  const file = Buffer.alloc(54 + stride * height);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y += 1) {
    let at = 54 + y * stride;
    for (let x = 0; x < width; x += 1) {
      let [luma, tint] = [128 + (random() - 0.5) * 14, 0];
      for (const { across, down, tint: share } of tables) {
        const wave = across[x] * down[y];
        luma += wave;
        tint += wave * (share - 0.5);
      }
      file[at] = Math.max(0, Math.min(255, luma - tint));
      file[at + 1] = Math.max(0, Math.min(255, luma));
      file[at + 2] = Math.max(0, Math.min(255, luma + tint));
      at += 3;
    }
  }
  return file;
}

/** The EXIF segment of a JPEG. */
function exifOf(jpeg) {
  for (let at = 2; jpeg[at] === 0xff; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg[at + 1] === 0xe1) return jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2));
  }
  throw new Error("no EXIF");
}

/**
 * A JPEG of 12 MP as phones write it (4032x3024, quality 92, 4:2:0), lying on its side, with a place, a camera and a thumbnail
 * in its EXIF. Made by the program once, and kept beside the package.
 */
export function phonePicture() {
  const kept = path.join(BUILT, "phone-12mp.jpg");
  if (existsSync(kept)) return kept;
  mkdirSync(BUILT, { recursive: true });
  const [bmp, plain] = [path.join(BUILT, "phone.bmp"), path.join(BUILT, "phone-plain.jpg")];
  writeFileSync(bmp, photoLike(4032, 3024, 20261130));
  const options = ["--format", "jpeg", "--quality", "92", "--subsampling", "420", "--max-pixels", "12500000"];
  execFileSync(PROGRAM, ["prep", bmp, "--out", plain, "--no-config", ...options], { stdio: "ignore" });
  const file = readFileSync(plain);
  writeFileSync(kept, Buffer.concat([file.subarray(0, 2), exifOf(readFileSync(path.join(FIXTURES, "jpeg_private_turned.jpg"))), file.subarray(2)]));
  for (const path of [bmp, plain]) rmSync(path);
  return kept;
}
