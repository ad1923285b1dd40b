"""One picture at a time: what goes in, what comes out, what is refused."""

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import FIXTURES, TURNED
from PIL import Image

import photo_prep
from photo_prep import _native


def test_bytes_and_paths_are_the_same(turned, tmp_path):
    given = [turned, bytearray(turned), memoryview(turned), TURNED, str(TURNED)]
    made = {photo_prep.prepare(source).bytes for source in given}
    assert len(made) == 1


def test_what_comes_out(turned):
    prepared = photo_prep.prepare(turned, sha256=True)
    assert (prepared.format, prepared.size, prepared.verdict) == ("jpeg", (160, 120), "fixable")
    assert (prepared.attempt, prepared.quality) == (prepared.report["attempt"], None)
    assert prepared.bytes_in == len(turned) == prepared.report["input"]["bytes"]
    assert prepared.report["output"]["bytes"] == len(prepared.bytes)
    assert prepared.report["output"]["sha256"] and prepared.report["summary"].startswith("JPEG 120x160")
    assert [name for name, ms in prepared.report["stages"] if ms >= 0]
    assert prepared.bytes is prepared.bytes
    with Image.open(io.BytesIO(prepared.bytes)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (160, 120), {})


def test_a_compliant_file_comes_back_as_it_is(turned):
    once = photo_prep.prepare(turned).bytes
    again = photo_prep.prepare(once)
    assert (again.bytes, again.verdict, again.report["route"]) == (once, "compliant", "pass_through")


def test_save(turned, tmp_path):
    prepared = photo_prep.prepare(turned)
    assert prepared.save(tmp_path / "a") == str(tmp_path / "a.jpg")
    assert prepared.save(str(tmp_path / "b.jpeg")) == str(tmp_path / "b.jpeg")
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {prepared.bytes}
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(FileNotFoundError):
        prepared.save(tmp_path / "no/where")


def test_notebooks_show_it(turned):
    prepared = photo_prep.prepare(turned)
    assert prepared._repr_mimebundle_()["image/jpeg"] == prepared.bytes


def test_probe_and_check_and_explain_say_what_prepare_does(turned):
    info = photo_prep.probe(turned)
    assert (info.format, info.size, info.orientation, info.bytes) == ("jpeg", (160, 120), 6, len(turned))
    assert info.details["private_bytes"] > 0
    for deep in (True, False):
        verdict = photo_prep.check(turned, deep=deep)
        assert verdict.status == "fixable" and str(verdict).startswith("fixable: ")
        assert [violation.code for violation in verdict.violations] == ["not_upright", "private_metadata"]
    assert photo_prep.explain(turned).route == photo_prep.prepare(turned).report["route"]


def test_a_broken_file_has_a_verdict():
    verdict = photo_prep.check(b"nothing")
    assert (verdict.status, verdict.info, verdict.violations[0].code) == ("unfixable", None, "unknown_format")


TOO_NARROW = {"aspect": "1:1"}
ERRORS = [
    (b"%PDF-1.7", {}, "UnknownFormatError", "unknown_format", {"looks_like": "a PDF"}),
    (b"", {}, "UnknownFormatError", "unknown_format", {"looks_like": "an empty file"}),
    (TURNED.read_bytes()[:-1500], {}, "TruncatedError", "malformed", {"format": "jpeg", "unit": "MCUs"}),
    (TURNED.read_bytes()[:100], {}, "MalformedError", "malformed", {"format": "jpeg"}),
    (TURNED, {"input_pixels": 100}, "LimitExceededError", "limit_exceeded",
     {"what": "pixels", "actual": 19200, "limit": 100}),
    (TURNED, {"input_bytes": 100}, "LimitExceededError", "limit_exceeded", {"what": "input_bytes", "limit": 100}),
    (TURNED.read_bytes(), {"input_memory": 1}, "LimitExceededError", "limit_exceeded", {"what": "memory", "limit": 1}),
    (TURNED, {"max_bytes": 10}, "CannotFitError", "cannot_fit", {"limit": 10}),
    (TURNED, TOO_NARROW, "UnfixableError", "unfixable", {}),
    (FIXTURES / "missing.jpg", {}, "IoError", "io", {"errno": 2, "filename": str(FIXTURES / "missing.jpg")}),
    (FIXTURES, {}, "IoError", "io", {"errno": 21}),
]  # fmt: skip


@pytest.mark.parametrize("source, options, name, kind, attributes", ERRORS)
def test_errors(source, options, name, kind, attributes):
    with pytest.raises(photo_prep.PhotoPrepError) as caught:
        photo_prep.prepare(source, **options)
    error = caught.value
    assert (type(error).__name__, error.kind) == (name, kind)
    assert {key: getattr(error, key) for key in attributes} == attributes
    assert str(error) == error.message and len(str(error)) > 10
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_kinds_of_errors():
    assert issubclass(photo_prep.IoError, OSError)
    assert issubclass(photo_prep.TruncatedError, photo_prep.MalformedError)
    assert issubclass(photo_prep.MemoryExceededError, photo_prep.LimitExceededError)
    with pytest.raises(OSError, match="missing.jpg"):
        photo_prep.probe("missing.jpg")
    with pytest.raises(photo_prep.IoError):
        photo_prep.check("missing.jpg")
    with pytest.raises(photo_prep.UnfixableError) as caught:
        photo_prep.prepare(TURNED, **TOO_NARROW)
    assert {violation["code"] for violation in caught.value.violations} >= {"aspect_ratio_too_wide"}


ARGUMENTS = [
    ({"max_pixel": 1}, TypeError, 'the nearest is "max_pixels"'),
    ({"max_pixels": "many"}, TypeError, "max_pixels='many'"),
    ({"max_pixels": 0}, ValueError, "at least 1"),
    ({"max_bytes": -1}, ValueError, "max_bytes=-1"),
    ({"max_width": 1 << 40}, ValueError, "max_width"),
    ({"quality": 101}, ValueError, "from 1 to 100"),
    ({"quality": "good"}, TypeError, "quality='good'"),
    ({"quality_floor": 0}, ValueError, "from 1 to 100"),
    ({"format": "webp"}, ValueError, 'one of "auto", "jpeg", "png"'),
    ({"subsampling": "422"}, ValueError, '"444"'),
    ({"metadata": "all"}, ValueError, "keep-non-private"),
    ({"aspect": "wide"}, ValueError, "aspect"),
    ({"aspect": "16:9-4:3"}, ValueError, "narrowest first"),
    ({"crop": "left"}, ValueError, "no focus"),
    ({"pad": "#12"}, ValueError, "no color"),
    ({"crop": "center", "pad": "white"}, ValueError, "not both"),
    ({"preset": "nobody"}, ValueError, "zoho-crm-photo"),
    ({"preset": "us-visa-photo", "requirements": {}}, ValueError, "not both"),
    ({"requirements": {"max_byte": 1}}, ValueError, 'the nearest is "max_bytes"'),
    ({"requirements": "missing.toml"}, FileNotFoundError, "missing.toml"),
]  # fmt: skip


@pytest.mark.parametrize("options, kind, text", ARGUMENTS)
def test_wrong_options_are_told(turned, options, kind, text):
    for call in (photo_prep.prepare, photo_prep.check, photo_prep.explain, photo_prep.probe):
        with pytest.raises(kind, match=text):
            call(turned, **options)
    with pytest.raises(kind, match=text):
        photo_prep.prepare_many([turned], **options)


def test_none_is_the_default(turned):
    nothing = dict.fromkeys(_native.option_names())
    assert photo_prep.prepare(turned, **nothing).bytes == photo_prep.prepare(turned).bytes


def test_every_option_has_a_type():
    assert set(photo_prep.Options.__annotations__) == set(_native.option_names())


@pytest.mark.parametrize("source", [None, 7, object(), ["a.jpg"]])
def test_what_is_no_source_is_told(source):
    with pytest.raises(TypeError, match="no picture"):
        photo_prep.prepare(source)


def test_presets():
    assert photo_prep.presets()[0] == "zoho-crm-photo"
    for preset in photo_prep.presets():
        assert photo_prep.check(TURNED, preset=preset).status in ("fixable", "unfixable")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("call", [photo_prep.prepare, photo_prep.check, photo_prep.explain, photo_prep.probe])
def test_other_threads_go_on_meanwhile(turned, tmp_path, call):
    """The picture comes through a pipe from this thread, while the other one is in native code: with the GIL held
    there, neither would ever go on."""
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    done = []
    work = threading.Thread(target=lambda: done.append(call(pipe)), daemon=True)
    work.start()
    pipe.write_bytes(turned)
    work.join(60)
    assert len(done) == 1


def test_eight_threads_make_the_same(turned):
    pictures = [TURNED, FIXTURES / "jpeg_progressive.jpg", FIXTURES / "png_rgba_8.png"] * 8
    want = [photo_prep.prepare(path).bytes for path in pictures]
    made = [None] * len(pictures)

    def work(first):
        for n in range(first, len(pictures), 8):
            made[n] = photo_prep.prepare(pictures[n]).bytes

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == want


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_can_work(turned):
    """Threads of a pool are not there after forking."""
    want = photo_prep.prepare(turned).bytes
    program = (
        "import os, sys, photo_prep\n"
        f"source = {str(TURNED)!r}\n"
        "photo_prep.prepare(source)\n"
        "child = os.fork()\n"
        "made = photo_prep.prepare(source)\n"
        "many = [item.result().bytes for item in photo_prep.prepare_many([source] * 3)]\n"
        "assert many == [made.bytes] * 3\n"
        "if child: sys.exit(os.waitpid(child, 0)[1])\n"
        "os._exit(0)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], timeout=60, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert want


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_the_waiting():
    """A signal comes while the picture is worked on; it is seen before the picture is done or right after it."""
    big = FIXTURES / "png_over_10mp.png"
    program = (
        "import photo_prep, sys\n"
        f"picture = open({str(big)!r}, 'rb').read()\n"
        "try:\n"
        "    print('ready', flush=True)\n"
        "    while True: photo_prep.prepare(picture, format='png', max_bytes=300_000)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=60)[0] == "interrupted\n"
    assert run.returncode == 0


def test_package_is_typed():
    folder = Path(photo_prep.__file__).parent
    assert (folder / "py.typed").exists() and (folder / "_native.pyi").exists()
    stubs = (folder / "_native.pyi").read_text()
    for name in (name for name in vars(_native) if not name.startswith("_")):
        assert f"def {name}(" in stubs or f"class {name}:" in stubs, name
