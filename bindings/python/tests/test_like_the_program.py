"""Python makes the very same files as the command line, and says the same of them."""

from hashlib import sha256

import pytest
from conftest import FIXTURES, PICTURES, ROOT

import photo_prep

#: Options of the program, and the same for Python.
SETTINGS = {
    "default": ([], {}),
    "bytes": (["--max-bytes", "60000"], {"max_bytes": 60_000}),
    "keep": (
        ["--metadata", "keep", "--max-pixels", "20000", "--max-bytes", "9000"],
        {"metadata": "keep", "max_pixels": 20_000, "max_bytes": 9_000},
    ),
    "tolerant": (
        ["--tolerance", "truncated", "--edges", "trim", "--color", "srgb", "--max-bytes", "3000"],
        {"tolerance": "truncated", "edges": "trim", "color": "srgb", "max_bytes": 3_000},
    ),
    "best": (["--quality", "best", "--format", "jpeg"], {"quality": "best", "format": "jpeg"}),
    "quality": (
        ["--quality", "70", "--quality-floor", "50", "--subsampling", "444", "--max-side", "40"],
        {"quality": 70, "quality_floor": 50, "subsampling": "444", "max_side": 40},
    ),
    "png": (["--format", "png", "--max-width", "60"], {"format": "png", "max_width": 60}),
    "crop": (["--aspect", "1:1", "--crop", "50,30"], {"aspect": "1:1", "crop": "50,30"}),
    "pad": (
        ["--aspect", "3:4-16:9", "--pad", "#ff8000", "--background", "black"],
        {"aspect": "3:4-16:9", "pad": "#ff8000", "background": "black"},
    ),
    "preset": (["--preset", "us-visa-photo", "--enlarge", "--crop"],
               {"preset": "us-visa-photo", "enlarge": True, "crop": "center"}),
    "verify": (["--verify", "structure", "--color", "preserve"], {"verify": "structure", "color": "preserve"}),
}  # fmt: skip


def digest(content):
    return sha256(content).hexdigest()


def same_as_program(told, path, prepared, error):
    """Whether both say the same of a picture."""
    line = told[str(path)]
    if error is not None:
        assert line["status"] in ("refused", "failed"), path
        assert (line["error"]["kind"], line["out"]) == (error.kind, None), path
        return
    assert line["status"] == "ok", (path, line)
    out = line["out"]
    assert out["sha256"] == digest(prepared.bytes), path
    assert (out["format"], out["width"], out["height"]) == (prepared.format, *prepared.size), path
    assert (line["verdict"]["before"], line["attempt"]) == (prepared.verdict, prepared.attempt), path
    assert (line["quality"], line["in"]["bytes"]) == (prepared.quality, prepared.bytes_in), path
    assert line["verdict"]["violations"] == prepared.report["violations"], path
    assert (line["route"], line["lossless"]) == (prepared.report["route"], prepared.report["lossless"]), path


@pytest.fixture(scope="module")
def told(program, tmp_path_factory):
    return program.lines("prep", PICTURES, "--out", str(tmp_path_factory.mktemp("out")))


def test_there_are_fixtures():
    assert len(PICTURES) > 100


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prepare(told, path):
    prepared = error = None
    try:
        prepared = photo_prep.prepare(path)
    except photo_prep.PhotoPrepError as raised:
        error = raised
    same_as_program(told, path, prepared, error)


@pytest.mark.parametrize("name", SETTINGS)
def test_prepare_many(program, tmp_path, name):
    arguments, options = SETTINGS[name]
    told = program.lines("prep", PICTURES, "--out", str(tmp_path), *arguments)
    seen = 0
    for item in photo_prep.prepare_many([path.read_bytes() for path in PICTURES], **options):
        same_as_program(told, PICTURES[item.index], item.prepared, item.error)
        seen += 1
    assert seen == len(PICTURES)


def test_check(program):
    told = program.lines("check", PICTURES, "--preset", "google-merchant-image")
    for path in PICTURES:
        verdict = photo_prep.check(path, preset="google-merchant-image")
        line = told[str(path)]["verdict"]
        assert verdict.status == line["before"], path
        assert [vars(violation) for violation in verdict.violations] == line["violations"], path


def test_requirements_of_a_file(program, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('formats = ["jpeg"]\nmax_bytes = 5000\nmax_long_side = 50\nallow_progressive = false\n')
    told = program.lines("prep", [FIXTURES], "--out", str(tmp_path), "--requirements", str(file))
    as_dict = {"formats": ["jpeg"], "max_bytes": 5000, "max_long_side": 50, "allow_progressive": False}
    for name in ("jpeg_progressive.jpg", "png_rgba_8.png", "gif_animated.gif"):
        for requirements in (file, str(file), as_dict):
            prepared = photo_prep.prepare(FIXTURES / name, requirements=requirements)
            same_as_program(told, FIXTURES / name, prepared, None)


def test_explain(program):
    paths = [path for path in PICTURES if "invalid" not in path.parts]
    told = program.lines("explain", paths)
    for path in paths:
        # As the program does for JSON.
        plan = photo_prep.explain(path, sha256=True)
        assert (plan.route, plan.details) == (told[str(path)]["route"], told[str(path)]["plan"]), path
        assert plan.memory > 0 and str(plan) == plan.text != ""
