#!/usr/bin/env python3
"""Makes the small TIFFs of this folder, and what they must become.

    python3 make.py OUT     # needs pillow, numpy, imagecodecs, tifffile, pyvips; `tiffcp` of libtiff-tools

Each file is written tag by tag by this script (fax, old LZW and JPEG data by libtiff, imagecodecs or Pillow). References are what
was written, or what libtiff (through Pillow) and LittleCMS make of it; where libtiff reads a file, it is asked whether it agrees.
"""

import io
import json
import lzma
import struct
import subprocess
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import pyvips
from PIL import Image, ImageCms

OUT = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
OUT.mkdir(parents=True, exist_ok=True)
W, H = 37, 29
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 11: 4, 12: 8, 13: 4, 16: 8}
CASES = []


# --- writing -----------------------------------------------------------------------------------------------------------


def packed_bits(row, bits):
    """Numbers of one row, the highest bit first."""
    out = np.zeros((len(row), bits), np.uint8)
    for b in range(bits):
        out[:, b] = (row >> (bits - 1 - b)) & 1
    return np.packbits(out.reshape(-1)).tobytes()


def row_bytes(row, bits, order):
    if row.dtype.kind == "f":
        return row.astype(row.dtype.newbyteorder(order)).tobytes()
    if bits in (8, 16, 32):
        return row.astype(np.dtype(f"u{bits // 8}").newbyteorder(order)).tobytes()
    return packed_bits(row.astype(np.int64), bits)


def difference(chunk, bits):
    """Predictor 2: what each sample is more than the one to its left."""
    wide = chunk.astype(np.int64)
    wide[:, 1:] -= chunk.astype(np.int64)[:, :-1]
    return (wide & ((1 << bits) - 1)).astype(chunk.dtype)


def float_rows(chunk, order):
    """Predictor 3."""
    n = chunk.dtype.itemsize
    rows = []
    for row in chunk:
        raw = np.frombuffer(row.astype(row.dtype.newbyteorder(">")).tobytes(), np.uint8).reshape(-1, n)
        parts = raw.T.reshape(-1).astype(np.int16)
        spp = chunk.shape[2]
        parts[spp:] -= parts[:-spp].copy()
        rows.append((parts & 255).astype(np.uint8).tobytes())
    return b"".join(rows)


REVERSED = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))


def lzw_old(data):
    """LZW as before 1990: lowest bit first, widths that grow one code later. As GIF has it, which Pillow writes no longer."""
    table, code, width, bits, out, acc = {bytes([i]): i for i in range(256)}, 258, 9, 0, bytearray(), 0

    def put(value):
        nonlocal acc, bits
        acc |= value << bits
        bits += width
        while bits >= 8:
            out.append(acc & 255)
            acc >>= 8
            bits -= 8

    put(256)
    prefix = b""
    for byte in data:
        longer = prefix + bytes([byte])
        if longer in table:
            prefix = longer
            continue
        put(table[prefix])
        table[longer] = code
        code += 1
        if code > (1 << width) and width < 12:
            width += 1
        if code >= 4094:
            put(256)
            table, code, width = {bytes([i]): i for i in range(256)}, 258, 9
        prefix = bytes([byte])
    put(table[prefix])
    put(257)
    if bits:
        out.append(acc & 255)
    return bytes(out)


PACK = {
    1: lambda d: d,
    5: imagecodecs.lzw_encode,
    "old": lzw_old,
    8: imagecodecs.zlib_encode,
    32946: imagecodecs.zlib_encode,
    32773: lambda d: imagecodecs.packbits_encode(d),
    50000: imagecodecs.zstd_encode,
    34925: lambda d: lzma.compress(d, preset=9),
}


def directory(entries, at, order, big, following=0):
    """Bytes of a directory that stands at `at`, with the values that don't fit into it behind it."""
    entries = sorted(entries, key=lambda e: e[0])
    room = 8 if big else 4
    head = struct.pack(order + ("Q" if big else "H"), len(entries))
    end = at + len(head) + len(entries) * (20 if big else 12) + room
    body, extra = b"", b""
    for tag, kind, values in entries:
        code = {1: "B", 2: "B", 3: "H", 4: "I", 7: "B", 13: "I", 11: "f", 12: "d", 16: "Q"}
        if kind == 5:
            data = b"".join(struct.pack(order + "II", *v) for v in values)
        else:
            data = struct.pack(order + code[kind] * len(values), *values)
        count = len(values)
        body += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, count)
        if len(data) <= room:
            body += data.ljust(room, b"\0")
        else:
            body += struct.pack(order + ("Q" if big else "I"), end + len(extra))
            extra += data + b"\0" * (len(data) % 2)
    return head + body + struct.pack(order + ("Q" if big else "I"), following) + extra


def chunks_of(pixels, rows, tile):
    """The strips or tiles of (height, width, samples), tiles filled up at the edges."""
    h, w, _ = pixels.shape
    if not tile:
        return [pixels[y : y + rows] for y in range(0, h, rows)]
    filled = np.pad(pixels, ((0, -h % tile[1]), (0, -w % tile[0]), (0, 0)), mode="edge")
    cut = range(0, filled.shape[0], tile[1]), range(0, filled.shape[1], tile[0])
    return [filled[y : y + tile[1], x : x + tile[0]] for y in cut[0] for x in cut[1]]


def tiff(
    name, pixels, bits=None, photometric=None, compression=1, planar=1, rows=H, tile=None, big=False, order="<",
    fill=1, predictor=1, extras=None, tags=(), packed=None, without=(), format=None, size=None,
):
    """Writes a file; `packed` are its strips where they are made elsewhere."""
    pixels = pixels if pixels.ndim == 3 else pixels[:, :, None]
    h, w, samples = pixels.shape
    w, h = size or (w, h)
    bits = bits or pixels.dtype.itemsize * 8
    planes = [pixels] if planar == 1 else [pixels[:, :, i : i + 1] for i in range(samples)]

    def pack(chunk):
        if predictor == 3:
            raw = float_rows(chunk, order)
        else:
            chunk = difference(chunk, bits) if predictor == 2 else chunk
            raw = b"".join(row_bytes(row.reshape(-1), bits, order) for row in chunk)
        data = PACK[compression](raw)
        return data.translate(REVERSED) if fill == 2 else data

    parts = packed if packed is not None else [pack(c) for p in planes for c in chunks_of(p, rows, tile)]
    photometric = photometric if photometric is not None else (2 if samples >= 3 else 1)
    long = 16 if big else 4
    entries = [
        (256, 3, [w]), (257, 3, [h]), (258, 3, [bits] * samples), (259, 3, [5 if compression == "old" else compression]),
        (262, 3, [photometric]), (277, 3, [samples]), (284, 3, [planar]),
    ]
    if tile:
        entries += [(322, 3, [tile[0]]), (323, 3, [tile[1]])]
    else:
        entries += [(278, 3, [rows])]
    if fill != 1:
        entries.append((266, 3, [fill]))
    if predictor != 1:
        entries.append((317, 3, [predictor]))
    if extras is not None:
        entries.append((338, 3, extras))
    if pixels.dtype.kind == "f" or format:
        entries.append((339, 3, [format or 3] * samples))
    entries = [e for e in entries if e[0] not in without and e[0] not in [t[0] for t in tags]] + list(tags)
    start = 16 if big else 8
    body, offsets = b"", []
    for part in parts:
        offsets.append(start + len(body))
        body += part + b"\0" * (len(part) % 2)
    at = start + len(body)
    entries += [(324 if tile else 273, long, offsets), (325 if tile else 279, long, [len(p) for p in parts])]
    mark = b"II" if order == "<" else b"MM"
    head = mark + (struct.pack(order + "HHHQ", 43, 8, 0, at) if big else struct.pack(order + "HI", 42, at))
    (OUT / name).write_bytes(head + body + directory(entries, at, order, big))
    return OUT / name


# --- what is shown -----------------------------------------------------------------------------------------------------


def scene(w=W, h=H):
    """Smooth colors with a few edges."""
    y, x = np.mgrid[0:h, 0:w].astype(float)
    r = 30 + 190 * x / w
    g = 40 + 180 * y / h
    b = 128 + 90 * np.sin(x / 5) * np.cos(y / 4)
    rgb = np.stack([r, g, b], -1)
    rgb[5:12, 20:30] = [250, 240, 20]
    rgb[15:22, 4:12] = [10, 30, 120]
    return np.clip(rgb, 0, 255).round().astype(np.uint8)


RGB = scene()
GRAY = RGB @ np.array([0.299, 0.587, 0.114])
GRAY = GRAY.round().astype(np.uint8)
BITS = (GRAY > 120).astype(np.uint8)
BITS[3] = 1
BITS[4] = 0
ALPHA = np.clip(np.mgrid[0:H, 0:W][1] * 255 // (W - 1), 0, 255).astype(np.uint8)


def reference(name, pixels):
    Image.fromarray(pixels).save(OUT / f"{name}.png", optimize=True)
    return f"{name}.png"


def libtiff(path):
    """What libtiff makes of it, through Pillow or libvips."""
    try:
        return np.asarray(Image.open(path).convert("RGB"), float)
    except Exception:
        image = pyvips.Image.new_from_file(str(path)).colorspace("srgb")
        return np.asarray(image.numpy(), float).reshape(image.height, image.width, -1)[:, :, :3]


def case(path, ref, mean=0.0, warn=None, witness=True, largest=None):
    entry = {"file": path.name, "ref": ref, "mean": mean}
    if largest is not None:
        entry["largest"] = largest
    if warn:
        entry["warn"] = warn
    CASES.append(entry)
    if witness:
        seen = libtiff(path)
        want = np.asarray(Image.open(OUT / ref).convert("RGB"), float)
        off = np.abs(seen - want).mean()
        if off > max(mean, 0.6):
            print(f"{path.name}: libtiff (Pillow) differs by {off:.2f}")


def refused(path, words):
    CASES.append({"file": path.name, "refuse": words})


def depth(pixels, bits):
    """8-bit samples as numbers of so many bits."""
    return (pixels.astype(np.int64) * ((1 << bits) - 1) + 127) // 255


def shown(numbers, bits):
    most = (1 << bits) - 1
    return ((numbers.astype(np.int64) * 255 + most // 2) // most).astype(np.uint8)


def plain():
    rgb, gray, bits = reference("rgb", RGB), reference("gray", GRAY), reference("bits", BITS * 255)
    for compression in (1, 5, "old", 8, 32946, 32773, 34925, 50000):
        case(tiff(f"rgb_{compression}.tif", RGB, compression=compression, rows=8), rgb, witness=compression != 50000)
    for compression in (5, 8, 34925, 50000):
        p = f"{compression}_predicted"
        case(tiff(f"rgb_{p}.tif", RGB, compression=compression, predictor=2, rows=7), rgb, witness=compression != 50000)
    # As libtiff packs it: a delta filter, and a dictionary of 8 MB for any strip.
    path = OUT / "rgb_34925_delta.tif"
    Image.fromarray(RGB).save(path, compression="lzma")
    case(path, rgb)
    case(tiff("rgb_planes.tif", RGB, planar=2, rows=10), rgb)
    case(tiff("rgb_planes_lzw_predicted.tif", RGB, planar=2, rows=10, compression=5, predictor=2), rgb)
    case(tiff("rgb_tiles.tif", RGB, tile=(16, 16), order=">"), rgb)
    case(tiff("rgb_tiles_planes_deflate.tif", RGB, tile=(16, 16), planar=2, compression=8, predictor=2), rgb)
    case(tiff("rgb_big.tif", RGB, big=True, rows=9), rgb)
    case(tiff("rgb_big_tiles_be.tif", RGB, big=True, order=">", tile=(32, 16), compression=32773), rgb)
    case(tiff("rgb_no_lengths.tif", RGB, without=(279,)), rgb)
    for compression in (1, 5, 8, 32773):
        case(tiff(f"gray_reversed_{compression}.tif", GRAY, fill=2, compression=compression), gray)
    case(tiff("gray_min_is_white.tif", 255 - GRAY, photometric=0), gray)
    case(tiff("gray_undefined_format.tif", GRAY, format=4), gray, witness=False)
    case(tiff("bits.tif", BITS, bits=1), bits)
    case(tiff("bits_min_is_white_packbits.tif", 1 - BITS, bits=1, photometric=0, compression=32773), bits)
    case(tiff("bits_reversed.tif", BITS, bits=1, fill=2), bits)


def depths():
    for bits in (2, 3, 4, 5, 6, 7, 10, 12, 14, 16):
        numbers = depth(GRAY, bits)
        ref = reference(f"gray_{bits}", shown(numbers, bits))
        order = ">" if bits in (4, 12) else "<"
        dtype = np.uint8 if bits <= 8 else np.uint16
        path = tiff(f"gray_{bits}.tif", numbers.astype(dtype), bits=bits, order=order)
        case(path, ref, witness=bits in (2, 4))
    for bits in (4, 10, 12, 14, 16):
        numbers = depth(RGB, bits)
        ref = reference(f"rgb_{bits}", shown(numbers, bits)) if bits == 4 else "rgb.png"
        case(tiff(f"rgb_{bits}.tif", numbers.astype(np.uint16), bits=bits), ref, witness=False)
    wide = (RGB.astype(np.uint32) * 257).astype(np.uint16)
    case(tiff("rgb_16_be_predicted.tif", wide, order=">", compression=8, predictor=2, rows=5), "rgb.png", witness=False)
    case(tiff("rgb_16_le_predicted.tif", wide, compression=5, predictor=2, planar=2), "rgb.png", witness=False)
    case(tiff("rgb_16_reversed.tif", wide, fill=2), "rgb.png", witness=False)
    longs = (GRAY.astype(np.uint64) * 16843009).astype(np.uint32)
    case(tiff("gray_32.tif", longs, compression=8, predictor=2), "gray.png", witness=False)
    for n in (2, 4, 8):
        floats = (RGB / 255).astype(f"f{n}")
        case(tiff(f"rgb_float_{8 * n}.tif", floats, rows=12, compression=8 if n == 8 else 1), "rgb.png", witness=False)
        case(
            tiff(f"rgb_float_{8 * n}_predicted.tif", floats, compression=8, predictor=3, order=">" if n == 4 else "<"),
            "rgb.png", witness=False,
        )
    small = imagecodecs.float24_encode(np.ascontiguousarray(GRAY / np.float32(255)), byteorder="<")
    case(
        tiff("gray_float_24.tif", GRAY, bits=24, format=3, packed=[bytes(small)]), "gray.png", witness=False, mean=0.01,
    )
    refused(tiff("rgb_float_beyond.tif", RGB.astype("f4"), compression=8), "floating-point samples beyond 0..1")
    refused(tiff("gray_signed.tif", GRAY, format=2), "signed samples")
    refused(tiff("gray_complex.tif", GRAY, bits=64, format=6, packed=[bytes(99)]), "complex")
    refused(tiff("rgb_565.tif", RGB, tags=[(258, 3, [5, 6, 5])]), "different depths")
    refused(tiff("gray_24.tif", GRAY, bits=24, packed=[bytes(99)]), "24 bits a sample")


def palettes():
    indices = (np.mgrid[0:H, 0:W][1] * 255 // (W - 1)).astype(np.uint8)
    colors = np.stack([np.arange(256), 255 - np.arange(256), (np.arange(256) * 7) % 256], 1).astype(np.uint8)
    for bits in (1, 2, 4, 8):
        n = 1 << bits
        used = colors[np.linspace(0, 255, n).astype(int)]
        numbers = (indices >> (8 - bits)).astype(np.uint8)
        ref = reference(f"palette_{bits}", used[numbers])
        table = (used.astype(int).T.reshape(-1) * 257).tolist()
        case(tiff(f"palette_{bits}.tif", numbers, bits=bits, photometric=3, tags=[(320, 3, table)]), ref)
    old = colors.astype(int).T.reshape(-1).tolist()
    case(tiff("palette_old.tif", indices, photometric=3, tags=[(320, 3, old)]), "palette_8.png", witness=False)
    refused(tiff("palette_16.tif", indices.astype(np.uint16), photometric=3, tags=[(320, 3, [0] * 768)]), "palette with 16 bits")


def on_white(rgb, alpha):
    a = alpha[:, :, None] / 255
    return (rgb * a + 255 * (1 - a)).round().astype(np.uint8)


def alphas():
    rgba = np.dstack([RGB, ALPHA])
    ref = reference("rgba", rgba)
    # Colors that are gone can't come back: as far as they can be seen.
    times = (RGB * (ALPHA[:, :, None] / 255)).round().astype(np.uint8)
    case(tiff("rgba.tif", rgba, extras=[2]), ref, witness=False)
    case(tiff("rgba_planes_lzw.tif", rgba, extras=[2], planar=2, compression=5), ref, witness=False)
    case(tiff("rgba_associated.tif", np.dstack([times, ALPHA]), extras=[1]), ref, mean=2.0, witness=False)
    case(tiff("rgba_no_extra_samples.tif", np.dstack([times, ALPHA])), ref, mean=2.0, witness=False)
    exact = (RGB.astype(float) * 257 * (ALPHA[:, :, None] / 255)).round().astype(np.uint16)
    wide = np.dstack([exact, ALPHA.astype(np.uint16) * 257])
    case(tiff("rgba_16_associated.tif", wide, extras=[1], order=">", compression=5), ref, mean=0.1, witness=False)
    case(tiff("rgb_unspecified.tif", rgba, extras=[0]), "rgb.png", witness=False)
    fifth = np.dstack([RGB, 255 - ALPHA, ALPHA])
    case(tiff("rgba_fifth.tif", fifth, extras=[0, 2]), ref, witness=False)
    case(tiff("rgba_zero.tif", np.dstack([RGB, ALPHA * 0]), extras=[2]), "rgb.png", warn="alpha", witness=False)
    case(tiff("rgba_zero_associated.tif", np.dstack([RGB, ALPHA * 0]), extras=[1]), "rgb.png", warn="alpha", witness=False)
    gray = reference("gray_alpha", np.dstack([GRAY, GRAY, GRAY, ALPHA]))
    case(tiff("gray_alpha.tif", np.dstack([GRAY, ALPHA]), extras=[2]), gray, witness=False)
    case(tiff("gray_unspecified.tif", np.dstack([GRAY, ALPHA]), extras=[0]), "gray.png", witness=False)


def inks():
    cmyk = np.asarray(Image.fromarray(RGB).convert("CMYK")).copy()
    cmyk[:, :, 3] = ALPHA // 4
    c = 255 - cmyk.astype(int)
    rgb = ((c[:, :, :3] * c[:, :, 3:] + 127) // 255).astype(np.uint8)
    ref = reference("cmyk", rgb)
    case(tiff("cmyk.tif", cmyk, photometric=5), ref, mean=0.5)
    case(tiff("cmyk_planes.tif", cmyk, photometric=5, planar=2, compression=5), ref, mean=0.5)
    case(tiff("cmyk_16.tif", cmyk.astype(np.uint16) * 257, photometric=5, compression=5), ref, mean=0.5, witness=False)
    case(tiff("cmyk_spot.tif", np.dstack([cmyk, ALPHA]), photometric=5, extras=[0]), ref, mean=0.5, witness=False)
    refused(tiff("inks.tif", cmyk, photometric=5, tags=[(332, 3, [2])]), "inks other than CMYK")


def labs():
    lab = ImageCms.createProfile("LAB")
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    back = ImageCms.buildTransform(lab, ImageCms.createProfile("sRGB"), "LAB", "RGB")
    middle = ImageCms.applyTransform(Image.fromarray(RGB), to_lab)
    ref = reference("lab", np.asarray(ImageCms.applyTransform(middle, back)))
    # As Pillow gives bytes away, a and b are signed.
    cie = np.asarray(middle)
    icc = cie.copy()
    icc[:, :, 1:] = cie[:, :, 1:] ^ 0x80
    case(tiff("lab.tif", cie, photometric=8), ref, mean=1.0, witness=False)
    case(tiff("lab_icc.tif", icc, photometric=9), ref, mean=1.0, witness=False)
    wide = icc.astype(np.int64)
    l16 = (wide[:, :, 0] * 65535 + 127) // 255
    ab = (wide[:, :, 1:] - 128) * 256
    cie16 = np.dstack([l16, ab & 0xFFFF]).astype(np.uint16)
    case(tiff("lab_16.tif", cie16, photometric=8, compression=8), ref, mean=1.0, witness=False)
    icc16 = np.dstack([(wide[:, :, 0] * 65280 + 127) // 255, wide[:, :, 1:] * 256]).astype(np.uint16)
    case(tiff("lab_icc_16.tif", icc16, photometric=9, order=">"), ref, mean=1.0, witness=False)
    refused(tiff("lab_itu.tif", icc, photometric=10), "ITU L")
    refused(tiff("logluv.tif", icc, photometric=32845), "LogLuv")


def ycbcr():
    """Data units of subsampled chroma, with means as chroma."""
    yy = np.asarray(Image.fromarray(RGB).convert("YCbCr"))
    for across, down in ((1, 1), (2, 1), (2, 2), (1, 2), (4, 1), (4, 4)):
        padded = np.pad(yy, ((0, -H % down), (0, -W % across), (0, 0)), mode="edge").astype(int)
        units = b""
        seen = padded.copy()
        for y in range(0, padded.shape[0], down):
            for x in range(0, padded.shape[1], across):
                block = padded[y : y + down, x : x + across]
                mean = block[:, :, 1:].reshape(-1, 2).mean(0).round().astype(int)
                units += block[:, :, 0].astype(np.uint8).tobytes() + bytes(mean.tolist())
                seen[y : y + down, x : x + across, 1:] = mean
        full = seen[:H, :W].astype(np.uint8)
        rgb = np.asarray(Image.fromarray(full, "YCbCr").convert("RGB"))
        ref = reference(f"ycbcr_{across}{down}", rgb)
        tags = [(530, 3, [across, down]), (532, 5, [(0, 1), (255, 1), (128, 1), (255, 1), (128, 1), (255, 1)])]
        for compression in (1, 5, 8) if (across, down) == (2, 2) else (1,):
            data = PACK[compression](units)
            path = tiff(f"ycbcr_{across}{down}_{compression}.tif", yy, photometric=6, compression=compression, packed=[data], tags=tags)
            case(path, ref, mean=0.6, witness=True)
    refused(tiff("ycbcr_planes.tif", yy, photometric=6, planar=2, tags=[(530, 3, [2, 2])]), "subsampled YCbCr in separate planes")


def jpegs():
    """By libtiff (Pillow, tiffcp): tables apart; and with the streams of Pillow."""
    picture = Image.fromarray(np.asarray(Image.fromarray(RGB).resize((64, 48))))
    pixels = np.asarray(picture)

    def stream(image, **how):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=95, **how)
        return out.getvalue()

    source = OUT / "source.tmp.tif"
    picture.save(source)
    path = OUT / "jpeg_ycbcr.tif"
    subprocess.run(["tiffcp", "-c", "jpeg:90", "-r", "16", source, path], check=True)
    case(path, reference("jpeg_ycbcr", np.asarray(Image.open(path).convert("RGB"))), mean=0.5)
    path = OUT / "jpeg_rgb_raw.tif"
    subprocess.run(["tiffcp", "-c", "jpeg:r:90", "-r", "16", source, path], check=True)
    case(path, reference("jpeg_rgb_raw", np.asarray(Image.open(path).convert("RGB"))), mean=0.5)
    path = OUT / "jpeg_tiles.tif"
    subprocess.run(["tiffcp", "-c", "jpeg:90", "-t", "-w", "48", "-l", "32", source, path], check=True)
    case(path, reference("jpeg_tiles", np.asarray(Image.open(path).convert("RGB"))), mean=0.5)
    source.unlink()
    gray = Image.fromarray(GRAY)
    data = stream(gray)
    ref = reference("jpeg_gray", np.asarray(Image.open(io.BytesIO(data))))
    case(tiff("jpeg_gray.tif", GRAY, compression=7, packed=[data]), ref, mean=0.5)
    # An Adobe marker in the strip, as Photoshop leaves it: libtiff looks at the photometric tag alone.
    data = stream(picture, keep_rgb=True, subsampling=0)
    ref = reference("jpeg_rgb_adobe", np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
    case(tiff("jpeg_rgb_adobe.tif", pixels, compression=7, packed=[data], rows=48), ref, mean=0.5)
    cmyk = np.asarray(picture.convert("CMYK")).copy()
    cmyk[:, :, 3] = 40
    # Without its marker, so that nothing is inverted by whoever reads the stream.
    data = stream(Image.fromarray(cmyk, "CMYK"), subsampling=0)
    inverted = 255 - np.asarray(Image.open(io.BytesIO(data)))
    c = 255 - inverted.astype(int)
    rgb = ((c[:, :, :3] * c[:, :, 3:] + 127) // 255).astype(np.uint8)
    case(tiff("jpeg_cmyk.tif", cmyk, photometric=5, compression=7, packed=[data], rows=48), reference("jpeg_cmyk", rgb), mean=1.5)
    data = stream(picture)
    want = reference("old_jpeg", np.asarray(Image.open(io.BytesIO(data))))
    at = [(513, 4, [8]), (514, 4, [len(data)]), (530, 3, [2, 2])]
    case(tiff("old_jpeg.tif", pixels, photometric=6, compression=6, packed=[data], rows=48, tags=at), want, mean=0.5, witness=False)
    refused(tiff("old_jpeg_pieces.tif", pixels, photometric=6, compression=6, packed=[data[600:]], rows=48), "old-style JPEG compression (6) in pieces")
    # Lossless JPEG (SOF3), of the kind that TIFF's technical note 2 allows.
    for name, samples in (("gray", GRAY), ("rgb", RGB)):
        for n in (1, 7):
            data = imagecodecs.jpeg8_encode(np.ascontiguousarray(samples), lossless=True, predictor=n)
            path = tiff(f"jpeg_lossless_{name}_{n}.tif", samples, compression=7, packed=[data])
            case(path, reference(name, samples))
    refused(tiff("jpeg_progressive.tif", pixels, photometric=6, compression=7, packed=[stream(picture, progressive=True)], rows=48), "neither baseline nor lossless")


def faxes():
    """By libtiff: every kind of CCITT compression, on a picture with long and short runs."""
    wide = np.ones((40, 333), np.uint8)
    rng = np.random.default_rng(5)
    for y in range(2, 38):
        for _ in range(int(rng.integers(0, 9))):
            x = int(rng.integers(0, 330))
            wide[y, x : x + int(rng.integers(1, 90))] = 0
    wide[10:14] = wide[9]
    wide[20] = 0
    ref = reference("fax", wide * 255)
    source = OUT / "source.tmp.tif"
    Image.fromarray(wide * 255).convert("1").save(source)
    kinds = {"g3": "g3:1d", "g3_2d": "g3:2d", "g3_2d_fill": "g3:2d:fill", "g3_fill": "g3:1d:fill", "g4": "g4"}
    for name, how in kinds.items():
        for fill in ("msb2lsb", "lsb2msb"):
            path = OUT / f"fax_{name}{'_reversed' if fill[0] == 'l' else ''}.tif"
            subprocess.run(["tiffcp", "-c", how, "-f", fill, "-r", "15", source, path], check=True)
            case(path, ref)
    source.unlink()
    rle = OUT / "fax_rle.tif"
    Image.fromarray(wide * 255).convert("1").save(rle, compression="tiff_ccitt")
    case(rle, ref)
    # Group 3 without ends of lines: the rows of modified Huffman, bit after bit.
    rows = [row_codes(row) for row in wide]
    bits = "".join(rows)
    bare = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    case(tiff("fax_g3_bare.tif", 1 - wide, bits=1, photometric=0, compression=3, packed=[bare], rows=40), ref, witness=False)
    # libtiff 4.7 skips a word too many where it has read ahead an odd number of bytes, so that it is no witness here.
    words = b"".join(int(r.ljust(-(-len(r) // 16) * 16, "0"), 2).to_bytes(-(-len(r) // 16) * 2, "big") for r in rows)
    case(tiff("fax_rle_words.tif", 1 - wide, bits=1, photometric=0, compression=32771, packed=[words], rows=40), ref, witness=False)
    g4 = (OUT / "fax_g4.tif").read_bytes()
    broken = OUT / "fax_g4_broken.tif"
    broken.write_bytes(g4[:60] + b"\0\0\0\0" + g4[64:])
    refused(broken, "can't be unpacked")


def row_codes(row):
    """Modified Huffman by the tables of T.4, read from libtiff's own output: one row, one run at a time."""
    out, x, color = "", 0, 1
    while x < len(row):
        end = x
        while end < len(row) and row[end] == color:
            end += 1
        out += run_code(end - x, color)
        x, color = end, 1 - color
    return out


WHITE = "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100".split()
WHITE_MORE = "11011 10010 010111 0110111 00110110".split()
BLACK = "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000 0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000 00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001 000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111 000001101100 000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111".split()
BLACK_MORE = "0000001111 000011001000 000011001001 000001011011 000000110011".split()


def run_code(length, color):
    short, more = (WHITE, WHITE_MORE) if color else (BLACK, BLACK_MORE)
    out = more[length // 64 - 1] if length >= 64 else ""
    return out + short[length % 64]


def others():
    refused(tiff("lerc.tif", GRAY, tags=[(259, 3, [34887])]), "LERC")
    refused(tiff("webp.tif", RGB, tags=[(259, 3, [50001])]), "WebP compression")
    refused(tiff("thunder.tif", depth(GRAY, 4).astype(np.uint8), bits=4, tags=[(259, 3, [32809])]), "ThunderScan")
    refused(tiff("unknown.tif", GRAY, tags=[(259, 3, [4711])]), "unknown scheme (4711)")
    refused(tiff("cfa.tif", GRAY, photometric=32803), "camera's raw file")
    refused(tiff("dng.tif", RGB, tags=[(50706, 1, [1, 4, 0, 0])]), "raw file (DNG)")
    refused(tiff("mask.tif", BITS, bits=1, photometric=4), "mask")
    refused(tiff("short.tif", RGB, packed=[RGB.tobytes()[:2000]], compression=8), "can't be unpacked")
    refused(tiff("short_lzw.tif", RGB, packed=[imagecodecs.lzw_encode(RGB.tobytes()[:2000])], compression=5), "picture data is missing")


for make in (plain, depths, palettes, alphas, inks, labs, ycbcr, jpegs, faxes, others):
    make()
(OUT / "cases.json").write_text("[\n " + ",\n ".join(json.dumps(c) for c in CASES) + "\n]\n")
print(len(CASES), "cases,", sum(p.stat().st_size for p in OUT.iterdir()), "bytes")
