#!/usr/bin/env python3
"""Makes the streams of this folder and prints the table of tests/streams.rs.

Needs PyAV (`pip install av numpy pillow`), whose wheel brings libx265 and ffmpeg's HEVC decoder. Streams `x-*` are photo-like
pictures and text, encoded by x265. Streams `g-NUMBER` are made up by the crate's own generator (src/generator.rs) for the
tools that x265 does not use; NUMBER is the seed. The CRC-32 is that of the planes that ffmpeg decodes, as 16-bit
little-endian samples.
"""

import fractions
import os
import subprocess
import sys
import tempfile
import zlib

import av
import numpy as np
from PIL import Image, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))

ENCODED = [
    # name, pixel format, picture, size, preset, x265 options
    ("x-420-8", "yuv420p", "photo", (98, 74), "medium", "crf=24"),
    ("x-420-8-lossless", "yuv420p", "screen", (64, 48), "medium", "lossless=1:tskip=1"),
    ("x-420-8-slices", "yuv420p", "photo", (128, 130), "medium", "crf=30:slices=2:wpp=1:ctu=16:max-tu-size=16:pools=2"),
    ("x-420-8-coarse", "yuv420p", "photo", (200, 136), "medium", "qp=45:deblock=6,6:cbqpoffs=8:crqpoffs=-8"),
    ("x-420-10", "yuv420p10le", "screen", (96, 80), "slower", "crf=20:tskip=1:aq-mode=2:qg-size=8:ctu=32"),
    ("x-422-8", "yuv422p", "photo", (160, 98), "medium", "crf=34:scaling-list=default"),
    ("x-422-10", "yuv422p10le", "photo", (130, 98), "slower", "crf=30:aq-mode=3:aq-strength=2"),
    ("x-422-10-screen", "yuv422p10le", "screen", (96, 66), "medium", "crf=22:tskip=1"),
    ("x-422-12", "yuv422p12le", "photo", (66, 50), "medium", "qp=16:no-sao=1"),
    ("x-444-8", "yuv444p", "screen", (97, 65), "slower", "crf=24:tu-intra-depth=4"),
    ("x-444-10", "yuv444p10le", "photo", (98, 66), "medium", "crf=30:scaling-list=default:ctu=32"),
    ("x-444-12-cu-lossless", "yuv444p12le", "screen", (64, 50), "medium", "crf=28:cu-lossless=1:tskip=1"),
    ("x-400-8", "gray", "photo", (97, 65), "medium", "crf=26:no-strong-intra-smoothing=1"),
    ("x-400-12", "gray12le", "screen", (66, 66), "medium", "crf=22:signhide=0"),
]

MADE_UP = [int(seed) for seed in "25 54 69 87 170 220 282 302 448".split()]


def photo(width, height):
    random = np.random.default_rng(width)
    picture = np.zeros((height, width, 3))
    for size in (2, 4, 8, 16, 32):
        noise = random.normal(0, 1, (size + 2, size + 2, 3)).astype(np.float32)
        scaled = [Image.fromarray(noise[:, :, c]).resize((width, height), Image.BICUBIC) for c in range(3)]
        colored = np.stack([np.asarray(plane) for plane in scaled], 2)
        picture += 90 * (0.7 * colored.mean(2, keepdims=True) + 0.4 * colored) / size**0.45
    picture += random.normal(0, 2.5, (height, width, 1))
    return np.clip(picture + 120, 0, 255)


def screen(width, height):
    random = np.random.default_rng(width)
    image = Image.new("RGB", (width, height), (245, 245, 250))
    draw = ImageDraw.Draw(image)
    for number in range(8):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        color = tuple(int(value) for value in random.integers(0, 200, 3))
        if number % 3 == 0:
            draw.rectangle((x, y, x + 40, y + 25), fill=color)
        else:
            draw.text((x // 2, y), "photo-prep", fill=color)
    return np.asarray(image).astype(np.float64)


def planes(rgb, pixel_format):
    bits = 12 if "12" in pixel_format else 10 if "10" in pixel_format else 8
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    found = [luma]
    if "gray" not in pixel_format:
        x, y = (2, 2) if "420" in pixel_format else (2, 1) if "422" in pixel_format else (1, 1)
        found += [(128 + 0.564 * (blue - luma))[::y, ::x], (128 + 0.713 * (red - luma))[::y, ::x]]
    scaled = [np.clip(np.round(plane * (1 << (bits - 8))), 0, (1 << bits) - 1) for plane in found]
    return [plane.astype(np.uint8 if bits == 8 else np.uint16) for plane in scaled]


def encode(pixel_format, picture, size, preset, options):
    width, height = size
    frame = av.VideoFrame(width, height, pixel_format)
    for target, plane in zip(frame.planes, planes({"photo": photo, "screen": screen}[picture](*size), pixel_format)):
        rows = np.zeros((target.height, target.line_size // plane.itemsize), plane.dtype)
        rows[:, : plane.shape[1]] = plane
        target.update(rows.tobytes())
    codec = av.CodecContext.create("libx265", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, pixel_format
    codec.time_base = frame.time_base = fractions.Fraction(1, 25)
    common = "log-level=none:keyint=1:info=0:repeat-headers=1:frame-threads=1:"
    codec.options = {"preset": preset, "x265-params": common + ("" if "pools" in options else "pools=none:") + options}
    frame.pts = 0
    return b"".join(bytes(packet) for packet in codec.encode(frame) + codec.encode(None))


def crc_of_ffmpeg(stream):
    codec = av.CodecContext.create("hevc", "r")
    codec.thread_count = 1
    (frame,) = codec.decode(av.Packet(stream)) + codec.decode(None)
    deep = any(component.bits > 8 for component in frame.format.components)
    crc = 0
    for plane in frame.planes:
        samples = np.frombuffer(bytes(plane), np.uint16 if deep else np.uint8).reshape(plane.height, -1)
        crc = zlib.crc32(samples[:, : plane.width].astype("<u2").tobytes(), crc)
    return frame.format.name, frame.width, frame.height, crc


def main():
    for name, *arguments in ENCODED:
        with open(f"{HERE}/{name}.hevc", "wb") as file:
            file.write(encode(*arguments))
    with tempfile.TemporaryDirectory() as folder:
        for seed in MADE_UP:
            test = ["cargo", "test", "-q", "-p", "photo-hevc", "--lib", "what_was_made_up"]
            wanted = f"{folder}:{seed}:{seed}"
            subprocess.run(test, env={**os.environ, "HEVC_STREAMS": wanted}, stdout=sys.stderr, check=True)
            os.replace(f"{folder}/{seed:05}.hevc", f"{HERE}/g-{seed}.hevc")
    for name in [entry[0] for entry in ENCODED] + [f"g-{seed}" for seed in MADE_UP]:
        kind, width, height, crc = crc_of_ffmpeg(open(f"{HERE}/{name}.hevc", "rb").read())
        print(f'    ("{name}", {width}, {height}, "{kind}", 0x{crc:08x}),')


if __name__ == "__main__":
    main()
