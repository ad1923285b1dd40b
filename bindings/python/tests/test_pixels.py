"""Images of Pillow and arrays of NumPy come in without loss; Pillow looks at what comes out."""

import io

import numpy
import pytest
from conftest import FIXTURES, TURNED
from PIL import Image, ImageCms, ImageOps

import photo_prep
from photo_prep._sources import ORIENTATION, of_array, of_pillow


def opened(file):
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def ramp(height=48, width=64, channels=3):
    """Smooth in both directions, with other colors in each corner."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [x * 255 // (width - 1), y * 255 // (height - 1), 255 - x * 255 // (width - 1), 255 - y * 4]
    return numpy.stack(planes[:channels], axis=-1).astype(numpy.uint8)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", [numpy.uint8, numpy.uint16])
def test_arrays_come_out_as_they_went_in(channels, kind):
    array = ramp(channels=channels).astype(kind)
    array = array * 257 if kind is numpy.uint16 else array
    prepared = photo_prep.prepare(array)
    assert (prepared.format, prepared.size) == ("png", (64, 48))
    seen = numpy.asarray(opened(prepared.bytes)).reshape(48, 64, -1)
    if seen.shape[2] == 4 and channels == 2:
        # Pillow reads gray and alpha of 16 bits as RGBA.
        assert numpy.array_equal(seen[:, :, 0], seen[:, :, 2])
        seen = seen[:, :, [0, 3]]
    # Pillow reads all but gray of 16 bits as 8.
    want = array if seen.dtype == kind else array >> 8
    assert numpy.array_equal(seen, want)


def test_gray_and_masks():
    gray = ramp()[:, :, 0]
    assert numpy.array_equal(numpy.asarray(opened(photo_prep.prepare(gray).bytes)), gray)
    mask = gray > 99
    assert numpy.array_equal(numpy.asarray(opened(photo_prep.prepare(mask).bytes).convert("L")) == 255, mask)


def test_strides_do_not_matter():
    array = ramp(96, 128)
    for view in (array[::2, ::2], array[::-1], array.transpose(1, 0, 2), numpy.asfortranarray(array)):
        assert of_array(view) == of_array(numpy.ascontiguousarray(view))


@pytest.mark.parametrize(
    "array, kind, text",
    [
        (numpy.zeros((4, 4, 3)), TypeError, "uint8"),
        (numpy.zeros((4, 4), numpy.int64), TypeError, "uint8"),
        (numpy.zeros(4, numpy.uint8), ValueError, "height x width"),
        (numpy.zeros((1, 4, 4, 3), numpy.uint8), ValueError, "height x width"),
        (numpy.zeros((4, 4, 5), numpy.uint8), ValueError, "5 channels"),
        (numpy.zeros((0, 4, 3), numpy.uint8), ValueError, "no picture"),
    ],
)
def test_arrays_that_are_no_pictures(array, kind, text):
    with pytest.raises(kind, match=text):
        photo_prep.prepare(array)


def images():
    rgb = Image.fromarray(ramp())
    palette = rgb.quantize(16)
    transparent = palette.copy()
    transparent.info["transparency"] = 3
    yield from [rgb, rgb.convert("L"), rgb.convert("1"), palette, transparent, palette.convert("PA")]
    yield from [Image.fromarray(ramp(channels=4), "RGBA"), Image.fromarray(ramp(channels=2), "LA"), rgb.convert("RGBX")]


@pytest.mark.parametrize("image", list(images()), ids=lambda image: image.mode)
def test_images_come_in_without_loss(image):
    mode = "RGBA" if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA") else "RGB"
    seen = opened(of_pillow(image)).convert(mode)
    assert numpy.array_equal(numpy.asarray(seen), numpy.asarray(image.convert(mode)))


def test_sixteen_bits_come_in_without_loss():
    array = (numpy.arange(48 * 64, dtype=numpy.uint16) * 21).reshape(48, 64)
    image = Image.fromarray(array)
    assert image.mode.startswith("I;16")
    assert numpy.array_equal(numpy.asarray(opened(of_pillow(image))), array)


@pytest.mark.parametrize("mode", ["F", "I", "HSV", "YCbCr"])
def test_images_that_are_not_read(mode):
    with pytest.raises(TypeError, match=f'mode "{mode}".*convert it'):
        photo_prep.prepare(Image.fromarray(ramp()).convert("L" if mode in "FI" else "RGB").convert(mode))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_orientation_comes_along(orientation, suffix):
    """Pillow turns it by itself, and sees the same picture come out."""
    path = FIXTURES / f"orientation_{orientation}.{suffix}"
    with Image.open(path) as image:
        prepared = photo_prep.prepare(image)
        want = ImageOps.exif_transpose(image).convert("RGB")
    seen = opened(prepared.bytes)
    assert seen.size == want.size == prepared.size and ORIENTATION not in seen.getexif()
    assert numpy.array_equal(numpy.asarray(seen.convert("RGB")), numpy.asarray(want))


def test_orientation_that_a_program_sets():
    image = Image.fromarray(ramp())
    image.getexif()[ORIENTATION] = 6
    prepared = photo_prep.prepare(image)
    want = image.transpose(Image.Transpose.ROTATE_270)
    assert prepared.size == (48, 64)
    assert numpy.array_equal(numpy.asarray(opened(prepared.bytes)), numpy.asarray(want))


def in_srgb(image):
    """By LittleCMS, relative colorimetric."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, profile, srgb, renderingIntent=1, outputMode="RGB")


@pytest.mark.parametrize("name", ["jpeg_display_p3.jpg", "jpeg_cmyk_icc.jpg", "tiff_adobe_rgb.tif", "png_display_p3.png"])
def test_profiles_come_along(name):
    with Image.open(FIXTURES / name) as image:
        image.load()
        prepared = photo_prep.prepare(image, color="srgb", format="png")
        want = numpy.asarray(in_srgb(image), dtype=int)
    seen = opened(prepared.bytes)
    assert "icc_profile" not in seen.info
    difference = numpy.abs(numpy.asarray(seen.convert("RGB"), dtype=int) - want)
    # 6 of 255: inks by a table of few points, which both programs read in their own way.
    assert difference.mean() < 1.5 and numpy.percentile(difference, 99) <= 6


def test_lab_comes_along():
    rgb = Image.fromarray(ramp() // 2 + 64)
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(rgb, srgb, lab, outputMode="LAB")
    seen = opened(photo_prep.prepare(image, format="png").bytes).convert("RGB")
    difference = numpy.abs(numpy.asarray(seen, dtype=int) - numpy.asarray(rgb, dtype=int))
    assert difference.mean() < 2.5


def test_exif_that_is_kept_comes_along():
    with Image.open(TURNED) as image:
        image.getexif()[0x8298] = "Copyright of nobody"
        prepared = photo_prep.prepare(image, metadata="keep", requirements={"allow_private_metadata": True})
    assert opened(prepared.bytes).getexif()[0x8298] == "Copyright of nobody"


SOURCES = ["jpeg_over_10mp.jpg", "png_over_10mp.png", "jpeg_444.jpg", "jpeg_gray.jpg", "webp_lossless.webp", "bmp_24.bmp",
           "gif_87a.gif", "tiff_lzw.tif", "jpeg_progressive.jpg", "png_rgb_16.png", "jpeg_private_turned.jpg"]  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_pillow_sees_the_same_picture(name):
    """Size, upright, colors: beside what Pillow makes of the same file."""
    prepared = photo_prep.prepare(FIXTURES / name, max_pixels=5_000, format="jpeg", quality="best")
    seen = opened(prepared.bytes)
    with Image.open(FIXTURES / name) as image:
        want = ImageOps.exif_transpose(image).convert("RGB").resize(seen.size, Image.Resampling.LANCZOS)
    assert seen.format == "JPEG" and seen.size == prepared.size and seen.width * seen.height <= 5_000
    difference = numpy.abs(numpy.asarray(seen.convert("RGB"), dtype=int) - numpy.asarray(want, dtype=int))
    assert difference.mean() < 4
