/** A picture could not be prepared. `code` is the stable name that `prep-and-upload` has for it. */
export class PhotoPrepError extends Error {
  constructor({ code, message, help, details = {} }) {
    super(message);
    this.name = "PhotoPrepError";
    this.code = code;
    this.help = help;
    this.details = details;
  }
}

const OF_ARGUMENTS = { TypeError, RangeError };

/** The error in what the module threw, or a worker said. */
export function toError(told) {
  return told.class in OF_ARGUMENTS ? new OF_ARGUMENTS[told.class](told.message) : new PhotoPrepError(told);
}

/** The worker or the module can't be had. */
export function notLoaded(error) {
  return {
    class: "PhotoPrepError",
    code: "not_loaded",
    message: `photo-prep could not be started (${error.message})`,
    help:
      "See to it that all files of the package are served beside each other, the module as application/wasm, and that the page's " +
      "policy allows 'wasm-unsafe-eval' and the worker.",
  };
}

/** The picture's bytes can't be had. */
export function unreadable(error) {
  return {
    class: "PhotoPrepError",
    code: "io",
    message: `the picture can't be read (${error.message})`,
    help: "Choose the file again: it was changed or removed.",
  };
}

/** A fault of this package, after which its instance can't be used any more. */
export function internal(error) {
  return {
    class: "PhotoPrepError",
    code: "internal",
    message: `photo-prep stopped at this picture by a fault of its own, or had no memory left (${error.message})`,
    help: "Please report it, with the file if others may see it.",
  };
}
