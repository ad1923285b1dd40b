/**
 * The functions of `@photo-prep/web` in the thread that calls them: for workers of your own. A signal is looked at between
 * steps only, and after an `"internal"` error the module can't be used any more.
 */
export { PhotoPrepError, Prepared, prepare, check, explain, probe, presets, optionNames } from "./index.js";
export type { ImageInfo, Options, Plan, Progress, Report, Source, Verdict, Violation, Watch } from "./index.js";
