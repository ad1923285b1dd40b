"""What the tests share: the fixtures of the repository, and the program whose results must be the same."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "fixtures"
#: A JPEG that lies on its side, with EXIF; examples call it IMG_0815.jpg.
TURNED = ROOT / "crates/photo-prep/doc/turned.jpg"
PICTURES = sorted(p for p in FIXTURES.rglob("*") if p.is_file() and p.suffix not in (".md", ".json"))
PICTURES += sorted((ROOT / "crates/photo-prep/tests/data").rglob("*.heic"))
CLI = Path(os.environ.get("PHOTO_PREP_CLI", ROOT / "target/release/examples/prep-and-upload"))


@pytest.fixture
def turned() -> bytes:
    return TURNED.read_bytes()


@pytest.fixture
def examples(tmp_path, monkeypatch):
    """A folder as the examples of the documentation expect it to be."""
    shutil.copy(TURNED, tmp_path / "IMG_0815.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Program:
    """prep-and-upload."""

    def lines(self, command, inputs, *options):
        """What it tells of each input, by its path."""
        run = subprocess.run(
            [CLI, command, *map(str, inputs), "--json", *options], capture_output=True, text=True, timeout=600
        )
        assert run.stdout, run.stderr
        told = (json.loads(line) for line in run.stdout.splitlines())
        return {line["file"]: line for line in told}


@pytest.fixture(scope="session")
def program() -> Program:
    if not CLI.exists():
        pytest.skip(f"{CLI} is not built: cargo build --release --example prep-and-upload")
    return Program()
