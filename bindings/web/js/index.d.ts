/** Any photo in, the best upright PNG or JPEG within a pixel and a byte limit out, in a worker that comes with it. */

/** A picture that comes in: JPEG, PNG, GIF, BMP, WebP, TIFF or HEIC, told by its content. */
export type Source = Blob | ArrayBuffer | Uint8Array;

/** The options of the command line, in camel case. What is absent has its default. */
export interface Options {
  /** What the receiving service requires: the text of a file of requirements, or an object with its keys. */
  requirements?: string | Record<string, unknown>;
  /** What a known service requires; `presets` lists them (`"zoho-crm-photo"`). */
  preset?: string;
  /** Most pixels of the result (10,000,000). */
  maxPixels?: number;
  /** Most bytes of the result (10,000,000). */
  maxBytes?: number;
  /** Most pixels across. */
  maxWidth?: number;
  /** Most pixels down. */
  maxHeight?: number;
  /** Most pixels of the longer side. */
  maxSide?: number;
  /** Width to height: one ratio, such as `"1:1"`, or the narrowest and the widest, such as `"3:4-16:9"`. */
  aspect?: string;
  /** Cut off what is too wide or too high, around `"center"` or percent of width and height, such as `"50,30"`. */
  crop?: string;
  /** Fill what is missing in width or height with a color: `"#rrggbb"`, `"white"` or `"black"`. */
  pad?: string;
  /** Enlarge pictures that are smaller than required; else they are refused (`false`). */
  enlarge?: boolean;
  /** What transparency is laid on where the result has none (`"white"`). */
  background?: string;
  format?: "auto" | "jpeg" | "png";
  /** Best JPEG quality, 1 to 100, or `"best"`: 98 with chroma at full size (92, of lossless sources 95). */
  quality?: number | "best";
  /** Below this JPEG quality pixels are reduced in any case, 1 to 100 (25). */
  qualityFloor?: number;
  /** Chroma subsampling of new JPEGs. */
  subsampling?: "auto" | "420" | "444";
  /** What becomes of metadata. */
  metadata?: "strip" | "keep-non-private" | "keep";
  /** What becomes of color profiles. */
  color?: "auto" | "preserve" | "srgb";
  /** What becomes of incomplete blocks of a JPEG that is turned without loss. */
  edges?: "exact" | "trim";
  /** What becomes of a picture that is not all there. */
  tolerance?: "strict" | "truncated";
  /** How far a file is looked at whose compressed picture is kept. */
  verify?: "full" | "structure";
  /** Whether reports tell the SHA-256 of what went in and came out (`false`). */
  sha256?: boolean;
  /** Most bytes of a file that is read (256 MiB). */
  inputBytes?: number;
  /** Most pixels of a picture that is read (268,435,456). */
  inputPixels?: number;
  /** Most scans of a JPEG that is read (256). */
  inputScans?: number;
  /** Most steps of decoding a rare JPEG (1,200,000,000). */
  inputDecodeCost?: number;
  /** Most bytes of an ICC profile (4 MiB). */
  inputIccBytes?: number;
  /** Most bytes of EXIF (1 MiB). */
  inputExifBytes?: number;
  /** Most bytes of memory that one picture is estimated to need, its file not counted (512 MiB). */
  inputMemory?: number;
}

/** A step of the work as it begins, and how far the picture is then, 0 to 1. */
export interface Progress {
  step: "load" | "read" | "plan" | "work" | "done";
  fraction: number;
}

/** How a call is watched and ended. */
export interface Watch {
  /** Ends the worker; the call is rejected with the signal's reason, an `AbortError`. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** One thing that keeps a file from going as it is. */
export interface Violation {
  /** A stable name: `"too_many_bytes"`, `"not_upright"`, `"private_metadata"`, ... */
  code: string;
  found: string;
  allowed: string;
  /** Whether preparing the picture mends it. */
  fixable: boolean;
  message: string;
}

export interface FileFacts {
  format: string;
  /** As stored, in pixels. */
  size: { width: number; height: number };
  bytes: number;
  /** In hexadecimal digits, where the option `sha256` asks for it. */
  sha256: string | null;
}

/** What was done. */
export interface Report {
  route: "pass_through" | "rewrite" | "coefficients" | "pixels";
  violations: Violation[];
  /** What was tried, and what became of it; the last is the attempt whose file came out. */
  attempts: { rung: string; outcome: unknown }[];
  attempt: string;
  lossless: boolean;
  input: FileFacts;
  output: FileFacts;
  quality: number | null;
  encodes: number;
  transforms: number;
  verdict: "compliant" | "fixable";
  warnings: string[];
  /** All of it in a sentence. */
  summary: string;
}

/** A picture that holds the limits, stands upright and tells nothing private. */
export declare class Prepared {
  /** The file. */
  readonly bytes: Uint8Array;
  /** The file, in browsers and in Node. */
  readonly blob: Blob;
  readonly format: "jpeg" | "png";
  /** Its media type. */
  readonly type: "image/jpeg" | "image/png";
  /** Pixels across, upright. */
  readonly width: number;
  /** Pixels down, upright. */
  readonly height: number;
  /** Whether the file that came in met the requirements (then the very same bytes came out). */
  readonly verdict: "compliant" | "fixable";
  /** The attempt whose file came out: `"as_is"`, `"planned_quality"`, `"fewer_pixels"`, ... */
  readonly attempt: string;
  /** Quality of a new JPEG, 1 to 100. */
  readonly quality: number | null;
  readonly bytesIn: number;
  readonly report: Report;
  /** A file's name with the right extension. */
  named(name: string): string;
}

/** Whether a file meets the requirements, with all that it breaks. */
export interface Verdict {
  status: "compliant" | "fixable" | "unfixable";
  violations: Violation[];
  /** What the header tells; `null` where it can't be read. */
  info: Record<string, unknown> | null;
  /** The verdict in a sentence. */
  text: string;
}

/** What would be done, and why. */
export interface Plan {
  route: "pass_through" | "rewrite" | "coefficients" | "pixels";
  /** Bytes of memory that a native program is estimated to need. */
  memory: number;
  /** The plan in sentences. */
  text: string;
  /** The plan as the command line's JSON has it. */
  details: Record<string, unknown>;
}

/** The facts of a file, from its headers alone. */
export interface ImageInfo {
  format: "jpeg" | "png" | "gif" | "bmp" | "webp" | "tiff" | "heic";
  /** As people see it, upright, in pixels. */
  width: number;
  height: number;
  /** How it is stored, as EXIF counts it, 1 (upright) to 8. */
  orientation: number;
  bytes: number;
  warnings: string[];
  /** What EXIF tells of people: where, with which camera and when; `null` where it doesn't. */
  private: { location: { latitude: number; longitude: number } | null; camera: string | null; taken: string | null };
  /** Everything that is known, as the command line's JSON has it. */
  details: Record<string, unknown>;
}

/** A picture could not be prepared. */
export declare class PhotoPrepError extends Error {
  /**
   * A stable name, the same as in the JSON lines of `prep-and-upload`: `"unknown_format"`, `"unsupported"`, `"malformed"`,
   * `"limit_exceeded"`, `"cannot_fit"`, `"unfixable"`, `"not_compliant"`; and `"io"` where
   * the source can't be read, `"not_loaded"` where the worker can't be started, `"internal"` for a fault of this package, `"closed"`
   * after `close`.
   */
  readonly code: string;
  /** What to do about it. */
  readonly help: string;
  /** What belongs to the code: `format`, `offset`, `reason`, `limit`, `actual`, `bestBytes`, `violations`, ... */
  readonly details: Record<string, unknown>;
}

/** Workers of your own. */
export declare class PhotoPrep {
  /** `workers` are at least 1 (1); each holds the memory of the largest picture that it has had. */
  constructor(options?: { workers?: number });
  prepare(source: Source, options?: Options & Watch): Promise<Prepared>;
  check(source: Source, options?: Options & Watch & { deep?: boolean }): Promise<Verdict>;
  explain(source: Source, options?: Options & Watch): Promise<Plan>;
  probe(source: Source, options?: Options & Watch): Promise<ImageInfo>;
  presets(): Promise<string[]>;
  optionNames(): Promise<string[]>;
  /** Bytes of WebAssembly memory of a worker. */
  memory(): Promise<number>;
  /** Ends the workers; what is under way is rejected. */
  close(): void;
}

/**
 * Prepares a picture. Rejects with `PhotoPrepError` for what is wrong with the picture, `TypeError` and `RangeError` for
 * options, `AbortError` where the signal aborts.
 */
export declare function prepare(source: Source, options?: Options & Watch): Promise<Prepared>;
/** Tells whether a file meets the requirements as it is. `deep: false` looks at headers only. */
export declare function check(source: Source, options?: Options & Watch & { deep?: boolean }): Promise<Verdict>;
/** What `prepare` would do, and why, from the headers alone. */
export declare function explain(source: Source, options?: Options & Watch): Promise<Plan>;
/** The facts of a picture, from its headers alone. */
export declare function probe(source: Source, options?: Options & Watch): Promise<ImageInfo>;
/** Names of the presets, the default first. */
export declare function presets(): Promise<string[]>;
/** Names of all options. */
export declare function optionNames(): Promise<string[]>;
