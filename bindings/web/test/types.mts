// Compiled, never run: the types allow what is documented, and nothing else.

import type { Options, Prepared, Verdict } from "../../../target/web/package/index.js";
import { PhotoPrep, PhotoPrepError, check, explain, prepare, probe } from "../../../target/web/package/index.js";
import * as direct from "../../../target/web/package/direct.js";
import imageCompression from "../../../target/web/package/image-compression.js";

export async function use(file: File, signal: AbortSignal): Promise<Prepared> {
  const options: Options = { maxBytes: 200_000, format: "jpeg", quality: "best", requirements: { formats: ["jpeg"] } };
  const verdict: Verdict = await check(file, { ...options, deep: false });
  const place: number | undefined = (await probe(file)).private.location?.latitude;
  const smaller: File = await imageCompression(file, { maxSizeMB: 1, fileType: "image/png", signal });
  const plan = await explain(await smaller.arrayBuffer());
  const photoPrep = new PhotoPrep({ workers: 2 });
  const prepared = await photoPrep.prepare(new Uint8Array(4), { signal, onProgress: ({ step, fraction }) => void [step, fraction] });
  photoPrep.close();
  const error: unknown = new Error(`${verdict.status} ${place} ${plan.route} ${prepared.blob.size}`);
  if (error instanceof PhotoPrepError) throw new Error(error.code + error.help);
  // @ts-expect-error: no such option
  await prepare(file, { maxByte: 1 });
  // @ts-expect-error: no such format
  await prepare(file, { format: "webp" });
  // @ts-expect-error: no path
  await prepare("IMG_0815.jpg");
  // @ts-expect-error: can't be honored
  await imageCompression(file, { alwaysKeepResolution: true });
  return direct.prepare(file);
}
