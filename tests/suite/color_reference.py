#!/usr/bin/env python3
"""What LittleCMS makes of the charts of colors: writes color_reference.json beside this file.

    cargo run -p photo-testkit --bin make-charts /tmp/charts
    python3 tests/suite/color_reference.py /tmp/charts      # needs Pillow and liblcms2.so.2

LittleCMS is called directly, with 16-bit samples and without its shortcuts (NOOPTIMIZE), relative colorimetric, without
black point compensation. Pillow's own 8-bit transform (ImageCms, the same library) is run beside it on every chart that
8 bits can hold and must agree: to within one step and a half, five through tables. Profiles for gAMA, cHRM and cICP are built here, by LittleCMS, from
the numbers of the chart: nothing of this workspace has a part in them.
"""

import ctypes
import io
import json
import pathlib
import sys

from PIL import Image, ImageCms

LCMS = ctypes.CDLL("liblcms2.so.2")
POINTER, WORD = ctypes.c_void_p, ctypes.c_uint32
RELATIVE, NOOPTIMIZE, NOCACHE = 1, 0x0100, 0x0040
# Color space << 16 | channels << 3 | bytes of a sample (lcms2.h).
GRAY_16, RGB_16, CMYK_16 = 3 << 16 | 1 << 3 | 2, 4 << 16 | 3 << 3 | 2, 6 << 16 | 4 << 3 | 2
FORMATS = {1: (GRAY_16, "L"), 3: (RGB_16, "RGB"), 4: (CMYK_16, "CMYK")}
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
# BT.709 and BT.2020 inverted (H.273, table 3).
BT709_CURVE = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
PRIMARIES = {
    9: [[0.3127, 0.3290], [0.708, 0.292], [0.170, 0.797], [0.131, 0.046]],
    12: [[0.3127, 0.3290], [0.680, 0.320], [0.265, 0.690], [0.150, 0.060]],
}


class XyY(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double), ("Y", ctypes.c_double)]


for name in ("cmsOpenProfileFromMem", "cmsCreateRGBProfile", "cmsCreateGrayProfile", "cmsBuildParametricToneCurve",
             "cmsCreateTransform", "cmsCreate_sRGBProfile"):
    getattr(LCMS, name).restype = POINTER


def curve(numbers):
    """ICC's parametric curve: of kind 1 (a power) or 4 (five numbers)."""
    values = (ctypes.c_double * len(numbers))(*numbers)
    return POINTER(LCMS.cmsBuildParametricToneCurve(None, 1 if len(numbers) == 1 else 4, values))


def built(samples, numbers, points):
    white, *primaries = [XyY(x, y, 1.0) for x, y in points]
    tone = curve(numbers)
    if samples == 1:
        return POINTER(LCMS.cmsCreateGrayProfile(ctypes.byref(white), tone))
    tones = (POINTER * 3)(tone, tone, tone)
    return POINTER(LCMS.cmsCreateRGBProfile(ctypes.byref(white), (XyY * 3)(*primaries), tones))


def opened(data):
    data = bytes(data)
    return POINTER(LCMS.cmsOpenProfileFromMem(data, WORD(len(data))))


def bytes_of(profile):
    size = WORD(0)
    LCMS.cmsSaveProfileToMem(profile, None, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    LCMS.cmsSaveProfileToMem(profile, buffer, ctypes.byref(size))
    return buffer.raw[: size.value]


def transformed(profile, device):
    samples = len(device[0])
    srgb = POINTER(LCMS.cmsCreate_sRGBProfile())
    transform = LCMS.cmsCreateTransform(
        profile, WORD(FORMATS[samples][0]), srgb, WORD(RGB_16), WORD(RELATIVE), WORD(NOOPTIMIZE | NOCACHE))
    if not transform:
        raise SystemExit("LittleCMS makes no transform")
    flat = [v for patch in device for v in patch]
    source = (ctypes.c_uint16 * len(flat))(*flat)
    result = (ctypes.c_uint16 * (3 * len(device)))()
    LCMS.cmsDoTransform(POINTER(transform), source, result, WORD(len(device)))
    return [[v / 257 for v in result[3 * i: 3 * i + 3]] for i in range(len(device))]


def check_by_pillow(name, profile, device, reference):
    """Pillow's 8-bit transform must agree, where 8 bits hold the samples."""
    if any(v % 257 for patch in device for v in patch):
        return False
    mode = FORMATS[len(device[0])][1]
    image = Image.frombytes(mode, (len(device), 1), bytes(v // 257 for patch in device for v in patch))
    source = ImageCms.ImageCmsProfile(io.BytesIO(bytes_of(profile)))
    done = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), RELATIVE, "RGB", flags=NOOPTIMIZE)
    worst = max(abs(a - b) for p, q in zip(done.get_flattened_data(), reference) for a, b in zip(p, q))
    # Through tables Pillow's LittleCMS gives reds up to 4.5 more where ours, which is older, leaves grays gray.
    if worst > (1.6 if LCMS.cmsIsMatrixShaper(profile) or mode == "L" else 5):
        raise SystemExit(f"{name}: Pillow is off by {worst}")
    return True


def plain_inks(device):
    """What each ink and black leave of white; as Pillow's convert("RGB") has it."""
    return [[255 * (1 - ink / 65535) * (1 - k / 65535) for ink in inks] for *inks, k in device]


def reference(chart):
    device, meaning = chart["device"], chart["meaning"]
    if meaning == "srgb":
        wide = 1 if len(device[0]) == 3 else 3
        return [[v / 257 for v in patch * wide] for patch in device], False
    if meaning == "plain_inks":
        return plain_inks(device), False
    (kind, value), = meaning.items()
    if kind == "icc":
        profile = opened(value)
    elif kind == "numbers":
        gamma, points = value
        profile = built(len(device[0]), SRGB_CURVE if gamma is None else (gamma,), points)
    else:
        primaries, transfer = value
        profile = built(3, SRGB_CURVE if transfer == 13 else BT709_CURVE, PRIMARIES[primaries])
    colors = transformed(profile, device)
    return colors, check_by_pillow(chart["name"], profile, device, colors)


def main():
    charts = json.loads((pathlib.Path(sys.argv[1]) / "charts.json").read_text())
    lines, checked = [], 0
    for chart in charts:
        colors, by_pillow = reference(chart)
        checked += by_pillow
        flat = [round(v, 2) for patch in colors for v in patch]
        lines.append(f" {json.dumps(chart['name'])}: {json.dumps(flat, separators=(',', ':'))}")
    target = pathlib.Path(__file__).with_name("color_reference.json")
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    version = LCMS.cmsGetEncodedCMMversion()
    print(f"{target}: {len(lines)} charts, LittleCMS {version}, {checked} checked by Pillow's transform")


main()
