/** The call shape of `browser-image-compression`, with photo-prep behind it. */

import * as direct from "./direct.js";
import * as workers from "./index.js";

const MEGABYTE = 1024 * 1024;
const FORMATS = { "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/png": "png" };

// Why an option of that package is refused: it would not do what its caller relies on.
const REFUSED = {
  alwaysKeepResolution: "a picture that is too heavy may get fewer pixels, where it looks better for it",
  exifOrientation: "the orientation is read from the file, and always applied",
  libURL: "the worker comes with this package, and nothing is fetched from elsewhere",
  maxIteration: "there are no iterations to count: sizes are known before a picture is written",
};

/** Options of photo-prep for those of `browser-image-compression`. */
function translated(given) {
  const { maxSizeMB, maxWidthOrHeight, fileType, initialQuality, preserveExif = false, useWebWorker = true, onProgress, signal, ...rest } = given;
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined || (name === "alwaysKeepResolution" && value === false)) continue;
    throw new TypeError(`${name}: ${REFUSED[name] ?? "there is no such option"}`);
  }
  // Nothing is required but what is asked for here.
  const options = { requirements: { formats: ["jpeg", "png"] }, metadata: preserveExif ? "keep" : "strip", signal };
  if (isGiven("maxSizeMB", maxSizeMB)) options.maxBytes = Math.max(1, Math.floor(maxSizeMB * MEGABYTE));
  if (isGiven("maxWidthOrHeight", maxWidthOrHeight)) options.maxSide = Math.max(1, Math.floor(maxWidthOrHeight));
  if (fileType) {
    if (!(fileType in FORMATS)) throw new TypeError(`fileType: ${fileType} can't be made; image/jpeg and image/png can`);
    options.format = FORMATS[fileType];
  }
  if (initialQuality !== undefined) {
    if (!(initialQuality > 0 && initialQuality <= 1)) throw new RangeError("initialQuality: must be above 0 and at most 1");
    options.quality = Math.max(1, Math.round(initialQuality * 100));
  }
  if (onProgress) options.onProgress = ({ fraction }) => onProgress(Math.round(fraction * 100));
  return { options, useWebWorker };
}

// Infinity is that package's way to say that nothing is asked for.
function isGiven(name, value) {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return false;
  if (!(value > 0)) throw new RangeError(`${name}: must be above 0`);
  return true;
}

/** Compresses a `File` or `Blob`; gives a `File` whose name has the right extension. */
export default async function imageCompression(file, given = {}) {
  if (!(file instanceof Blob)) throw new TypeError("the picture must be a File or a Blob");
  const { options, useWebWorker } = translated(given);
  const prepared = await (useWebWorker ? workers : direct).prepare(file, options);
  const name = prepared.named(file.name ?? "photo");
  const made = [prepared.bytes];
  return new File(made, name, { type: prepared.type, lastModified: file.lastModified ?? Date.now() });
}
