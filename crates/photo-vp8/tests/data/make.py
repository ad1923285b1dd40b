"""Writes the fixtures of this directory, with libwebp as the encoder and the witness.

Run with the shared libraries that Pillow bundles: `python make.py`. Each `*.webp` is a simple lossy file. A
line of `planes.txt` has its name, its size, the CRC-32 of the three planes of `WebPDecodeYUV`, without gaps
between rows and one plane after the other, and that of the bytes of `WebPDecodeRGB`.

`random.bin` has frames of random bytes behind random headers, each behind its length in four bytes; all bytes
are a legal arithmetic code. `random.txt` has a line for each, without a name, or `refused`. The last frames
are as short as libwebp takes them, and shorter by one byte.
"""

import ctypes
import glob
import os
import random
import re
import struct
import zlib

import PIL

LIBRARIES = os.path.join(os.path.dirname(os.path.dirname(PIL.__file__)), "pillow.libs")
ctypes.CDLL(glob.glob(LIBRARIES + "/libsharpyuv*")[0], mode=ctypes.RTLD_GLOBAL)
WEBP = ctypes.CDLL(glob.glob(LIBRARIES + "/libwebp-*")[0])
HERE = os.path.dirname(os.path.abspath(__file__))


class Config(ctypes.Structure):
    """`WebPConfig` of libwebp's encode.h."""

    _fields_ = [
        ("lossless", ctypes.c_int),
        ("quality", ctypes.c_float),
        *[
            (name, ctypes.c_int)
            for name in "method image_hint target_size".split()
        ],
        ("target_psnr", ctypes.c_float),
        *[
            (name, ctypes.c_int)
            for name in (
                "segments sns_strength filter_strength filter_sharpness filter_type autofilter"
                " alpha_compression alpha_filtering alpha_quality pass_ show_compressed preprocessing"
                " partitions partition_limit emulate_jpeg_size thread_level low_memory near_lossless exact"
                " use_delta_palette use_sharp_yuv qmin qmax"
            ).split()
        ],
    ]


class Picture(ctypes.Structure):
    """`WebPPicture` of libwebp's encode.h."""

    _fields_ = [
        ("use_argb", ctypes.c_int),
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("y", ctypes.c_void_p),
        ("u", ctypes.c_void_p),
        ("v", ctypes.c_void_p),
        ("y_stride", ctypes.c_int),
        ("uv_stride", ctypes.c_int),
        ("a", ctypes.c_void_p),
        ("a_stride", ctypes.c_int),
        ("pad1", ctypes.c_uint32 * 2),
        ("argb", ctypes.c_void_p),
        ("argb_stride", ctypes.c_int),
        ("pad2", ctypes.c_uint32 * 3),
        ("writer", ctypes.c_void_p),
        ("custom_ptr", ctypes.c_void_p),
        ("extra_info_type", ctypes.c_int),
        ("extra_info", ctypes.c_void_p),
        ("stats", ctypes.c_void_p),
        ("error_code", ctypes.c_int),
        ("progress_hook", ctypes.c_void_p),
        ("user_data", ctypes.c_void_p),
        ("pad3", ctypes.c_uint32 * 3),
        ("pad4", ctypes.c_void_p * 2),
        ("pad6", ctypes.c_uint32 * 8),
        ("memory", ctypes.c_void_p),
        ("memory_argb", ctypes.c_void_p),
        ("pad7", ctypes.c_void_p * 2),
    ]


class Writer(ctypes.Structure):
    """`WebPMemoryWriter` of libwebp's encode.h."""

    _fields_ = [
        ("mem", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("max_size", ctypes.c_size_t),
        ("pad", ctypes.c_uint32),
    ]


ABI = 0x0210  # WEBP_ENCODER_ABI_VERSION of libwebp 1.4 to 1.6


def photo(width, height, seed):
    """Gradients, disks and noise, as bytes of RGB."""
    numbers = random.Random(seed)
    disks = [
        (
            numbers.uniform(0, width),
            numbers.uniform(0, height),
            numbers.uniform(3, 30),
            numbers.randrange(256),
        )
        for _ in range(6)
    ]
    to = bytearray()
    for y in range(height):
        for x in range(width):
            base = [255 * x / width, 255 * y / height, 255 * (x + y) / (width + height)]
            for at, (left, top, radius, value) in enumerate(disks):
                if (x - left) ** 2 + (y - top) ** 2 < radius**2:
                    base[at % 3] = value
            noise = 1 + 12 * (x > width / 2)
            to += bytes(min(255, max(0, int(value + numbers.gauss(0, noise)))) for value in base)
    return bytes(to)


def encode(rgb, width, height, **settings):
    """A lossy WebP file."""
    config, picture, writer = Config(), Picture(), Writer()
    assert WEBP.WebPConfigInitInternal(ctypes.byref(config), 0, ctypes.c_float(75), ABI)
    for name, value in settings.items():
        setattr(config, name, value)
    assert WEBP.WebPValidateConfig(ctypes.byref(config)), settings
    assert WEBP.WebPPictureInitInternal(ctypes.byref(picture), ABI)
    picture.width, picture.height = width, height
    assert WEBP.WebPPictureImportRGB(ctypes.byref(picture), rgb, 3 * width)
    WEBP.WebPMemoryWriterInit(ctypes.byref(writer))
    picture.writer = ctypes.cast(WEBP.WebPMemoryWrite, ctypes.c_void_p).value
    picture.custom_ptr = ctypes.addressof(writer)
    assert WEBP.WebPEncode(ctypes.byref(config), ctypes.byref(picture)), picture.error_code
    return ctypes.string_at(writer.mem, writer.size)


def decode(file):
    """Width, height, CRC-32 of the planes and of the RGB of a file; `None` if libwebp refuses it."""
    width, height, stride, uv_stride = (ctypes.c_int() for _ in range(4))
    u, v = ctypes.c_void_p(), ctypes.c_void_p()
    WEBP.WebPDecodeYUV.restype = WEBP.WebPDecodeRGB.restype = ctypes.c_void_p
    sizes = [ctypes.byref(width), ctypes.byref(height)]
    outputs = [ctypes.byref(value) for value in (u, v, stride, uv_stride)]
    luma = WEBP.WebPDecodeYUV(file, ctypes.c_size_t(len(file)), *sizes, *outputs)
    if not luma:
        return None
    width, height, halves = width.value, height.value, ((width.value + 1) // 2, (height.value + 1) // 2)
    crc = 0
    for plane, pitch, (columns, rows) in (
        (luma, stride.value, (width, height)),
        (u.value, uv_stride.value, halves),
        (v.value, uv_stride.value, halves),
    ):
        for row in range(rows):
            crc = zlib.crc32(ctypes.string_at(plane + row * pitch, columns), crc)
    rgb = WEBP.WebPDecodeRGB(file, ctypes.c_size_t(len(file)), *sizes)
    return width, height, crc, zlib.crc32(ctypes.string_at(rgb, 3 * width * height))


FIXTURES = {
    "q0": ((64, 48), dict(quality=0)),
    "q5": ((97, 61), dict(quality=5, filter_strength=100, filter_type=1)),
    "q30": ((80, 80), dict(quality=30, filter_strength=60, filter_sharpness=5)),
    "q50": ((120, 33), dict(quality=50, filter_sharpness=2, segments=2)),
    "q75": ((128, 96), dict(quality=75)),
    "q90": ((75, 50), dict(quality=90, method=6)),
    "q100": ((49, 35), dict(quality=100, method=2)),
    "simple": ((100, 70), dict(quality=40, filter_type=0, filter_strength=80)),
    "simple-sharp": ((50, 90), dict(quality=20, filter_type=0, filter_strength=50, filter_sharpness=7)),
    "no-filter": ((63, 40), dict(quality=35, filter_strength=0)),
    "partitions-2": ((60, 130), dict(quality=60, partitions=1)),
    "partitions-8": ((40, 200), dict(quality=60, partitions=3, segments=1)),
    "segments": ((144, 100), dict(quality=45, segments=4, sns_strength=100, filter_strength=40)),
    "fast": ((90, 64), dict(quality=70, method=0)),
    "fast-low": ((90, 64), dict(quality=12, method=0, segments=1)),
    "two-pass": ((70, 70), dict(quality=55, pass_=3, target_size=1500)),
    "1x1": ((1, 1), dict(quality=75)),
    "2x1": ((2, 1), dict(quality=60)),
    "1x2": ((1, 2), dict(quality=60)),
    "3x3": ((3, 3), dict(quality=80)),
    "15x17": ((15, 17), dict(quality=50)),
    "16x16": ((16, 16), dict(quality=50)),
    "17x15": ((17, 15), dict(quality=50)),
    "33x64": ((33, 64), dict(quality=65)),
    "200x9": ((200, 9), dict(quality=65)),
    "9x150": ((9, 150), dict(quality=65)),
    "31x32": ((31, 32), dict(quality=25)),
}


class BoolEncoder:
    """The arithmetic encoder of RFC 6386, section 7.3, with numbers of any length."""

    def __init__(self):
        self.bottom, self.range, self.bits = 0, 255, 0

    def bool(self, probability, value):
        split = 1 + (((self.range - 1) * probability) >> 8)
        if value:
            self.bottom += split
            self.range -= split
        else:
            self.range = split
        while self.range < 128:
            self.range <<= 1
            self.bottom <<= 1
            self.bits += 1

    def literal(self, count, value):
        for bit in reversed(range(count)):
            self.bool(128, value >> bit & 1)

    def optional(self, count, value):
        self.literal(1, value != 0)
        if value:
            self.literal(count, abs(value))
            self.literal(1, value < 0)

    def finish(self):
        self.literal(32, 0)
        padding = -self.bits % 8
        return (self.bottom << padding).to_bytes((self.bits + padding) // 8 + 1, "big")


def update_probabilities():
    """The table of RFC 6386, section 13.4, from this crate."""
    with open(os.path.join(HERE, "../../src/tables/coefficients.rs")) as file:
        text = file.read()
    table = text[text.index("static UPDATE") :]
    numbers = re.findall(r"\d+", table[table.index("= [") :])
    assert len(numbers) == 1056
    return [int(number) for number in numbers]


def random_header(numbers, updates):
    """The header of a first partition, and the number of partitions with tokens."""
    to = BoolEncoder()
    to.literal(2, 0)
    segments = numbers.random() < 0.5
    to.literal(1, segments)
    if segments:
        has_map, has_data = numbers.random() < 0.8, numbers.random() < 0.9
        to.literal(1, has_map)
        to.literal(1, has_data)
        if has_data:
            to.literal(1, numbers.random() < 0.5)
            for count, limit in ((7, 127), (6, 63)):
                for _ in range(4):
                    to.optional(count, numbers.randint(-limit // 4, limit))
        for _ in range(3 * has_map):
            changed = numbers.random() < 0.8
            to.literal(1, changed)
            to.literal(8 * changed, numbers.randrange(256))
    to.literal(1, numbers.random() < 0.4)
    to.literal(6, numbers.randrange(64))
    to.literal(3, numbers.randrange(8))
    deltas = numbers.random() < 0.5
    to.literal(1, deltas)
    if deltas:
        to.literal(1, 1)
        for _ in range(8):
            to.optional(6, numbers.randint(-63, 63))
    partitions = numbers.randrange(4)
    to.literal(2, partitions)
    to.literal(7, numbers.choice((0, 5, 20, 60, 127, numbers.randrange(128))))
    for _ in range(5):
        to.optional(4, numbers.randint(-15, 15))
    to.literal(1, 1)
    rate = numbers.choice((0, 0, 0.01, 0.05))
    for probability in updates:
        changed = numbers.random() < rate
        to.bool(probability, changed)
        to.literal(8 * changed, numbers.randrange(1, 256))
    skip = numbers.random() < 0.5
    to.literal(1, skip)
    to.literal(8 * skip, numbers.randrange(1, 256))
    return to.finish(), 1 << partitions


def random_frame(numbers, updates):
    """The content of a `VP8 ` chunk."""
    width, height = numbers.randint(1, 40), numbers.randint(1, 34)
    header, partitions = random_header(numbers, updates)
    first = header + numbers.randbytes(150)
    tag = struct.pack("<I", len(first) << 5 | 1 << 4)[:3]
    to = tag + b"\x9d\x01\x2a" + struct.pack("<HH", width, height) + first
    rows = (height + 15) // 16
    tokens = []
    for at in range(partitions):
        length = (width + 15) // 16 * 420 * ((rows - at + partitions - 1) // partitions) + 8
        # No arithmetic code begins with a byte of 255.
        tokens.append(bytes([numbers.randrange(255)]) + numbers.randbytes(length))
    return to + b"".join(struct.pack("<I", len(part))[:3] for part in tokens[:-1]) + b"".join(tokens)


def riff(frame):
    """A WebP file, without a byte of padding at its end, which libwebp would decode as well."""
    return b"RIFF" + struct.pack("<I", len(frame) + 12) + b"WEBPVP8 " + struct.pack("<I", len(frame)) + frame


def shortest(frame):
    """How many bytes of a frame libwebp needs."""
    low, high = 10, len(frame)
    while low < high:
        middle = (low + high) // 2
        if decode(riff(frame[:middle])):
            high = middle
        else:
            low = middle + 1
    return low


def write_random():
    numbers, updates, lines = random.Random(6386), update_probabilities(), []
    frames = [random_frame(numbers, updates) for _ in range(48)]
    for frame in frames[:48:6]:
        length = shortest(frame)
        frames += [frame[:length], frame[: length - 1]]
    with open(os.path.join(HERE, "random.bin"), "wb") as to:
        for frame in frames:
            to.write(struct.pack("<I", len(frame)) + frame)
            decoded = decode(riff(frame))
            lines.append("%d %d %08x %08x\n" % decoded if decoded else "refused\n")
    with open(os.path.join(HERE, "random.txt"), "w") as to:
        to.writelines(lines)


def main():
    lines = []
    for seed, (name, ((width, height), settings)) in enumerate(FIXTURES.items()):
        file = encode(photo(width, height, seed), width, height, **settings)
        assert file[12:16] == b"VP8 ", name
        with open(os.path.join(HERE, name + ".webp"), "wb") as to:
            to.write(file)
        found_width, found_height, planes, rgb = decode(file)
        assert (found_width, found_height) == (width, height)
        lines.append(f"{name} {width} {height} {planes:08x} {rgb:08x}\n")
    with open(os.path.join(HERE, "planes.txt"), "w") as to:
        to.writelines(lines)


if __name__ == "__main__":
    main()
    write_random()
