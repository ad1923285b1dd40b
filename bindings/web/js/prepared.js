/** A picture that holds the limits, stands upright and tells nothing private. */
export class Prepared {
  #blob = null;

  constructor({ bytes, report }) {
    this.bytes = bytes;
    this.report = report;
    const { format, size } = report.output;
    this.format = format;
    this.width = size.width;
    this.height = size.height;
    this.verdict = report.verdict;
    this.attempt = report.attempt;
    this.quality = report.quality;
    this.bytesIn = report.input.bytes;
  }

  /** The file's media type. */
  get type() {
    return `image/${this.format}`;
  }

  /** The file as a `Blob`, made when it is first asked for. */
  get blob() {
    this.#blob ??= new Blob([this.bytes], { type: this.type });
    return this.#blob;
  }

  /** A name with the right extension. */
  named(name) {
    const extension = this.format === "jpeg" ? "jpg" : "png";
    const right = this.format === "jpeg" ? /\.jpe?g$/i : /\.png$/i;
    return right.test(name) ? name : `${name.replace(/\.[^./\\]*$/, "")}.${extension}`;
  }
}
