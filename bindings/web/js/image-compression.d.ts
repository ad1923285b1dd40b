/** The options of `browser-image-compression` that hold here; others are refused by name with a `TypeError`. */
export interface CompressionOptions {
  /** Most bytes of the result, in units of 1,048,576. */
  maxSizeMB?: number;
  /** Most pixels of the longer side. */
  maxWidthOrHeight?: number;
  /** Called with percent, 0 to 100. */
  onProgress?: (percent: number) => void;
  /** Whether to work in a worker (`true`). */
  useWebWorker?: boolean;
  signal?: AbortSignal;
  /** The result's type; without it what is best for the picture. */
  fileType?: "image/jpeg" | "image/jpg" | "image/png";
  /** Best quality, above 0 and at most 1. */
  initialQuality?: number;
  /** Whether to keep EXIF, made true of the new picture (`false`). */
  preserveExif?: boolean;
  alwaysKeepResolution?: false;
}

/** Compresses a `File` or `Blob`; gives a `File` whose name has the right extension. */
export default function imageCompression(file: File | Blob, options?: CompressionOptions): Promise<File>;
