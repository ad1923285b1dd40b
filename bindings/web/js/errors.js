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

/** A fault of this package, after which its instance can't be used any more. */
export function internal(error) {
  return {
    class: "PhotoPrepError",
    code: "internal",
    message: `photo-prep stopped at this picture by a fault of its own, or had no memory left (${error.message})`,
    help: "Please report it, with the file if others may see it.",
    details: {},
  };
}
