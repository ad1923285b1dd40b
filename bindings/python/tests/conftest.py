"""What the tests share: the fixtures of the repository, and the program whose results must be the same."""

import json
import os
import shutil
import subprocess
import urllib.request
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


class Sandbox:
    """The program's stand-in for the endpoint. It hands pictures out as they were stored."""

    def __init__(self, *options):
        command = [CLI, "sandbox", "--as-stored", *options]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        told = json.loads(self.child.stdout.readline())
        self.url, self.token_url, self.token = told["url"], told["token_url"], told["token"]

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read()

    def stats(self):
        return json.loads(self.get("/sandbox/stats"))

    def stored(self, record, module="Leads"):
        """The picture on a record."""
        return self.get(f"/sandbox/photos/{module}/{record}")


@pytest.fixture(scope="session")
def sandboxes(program):
    """Starts sandboxes that end with the tests."""
    begun = []

    def begin(*options):
        begun.append(Sandbox(*options))
        return begun[-1]

    yield begin
    for sandbox in begun:
        sandbox.child.kill()
        sandbox.child.communicate()


@pytest.fixture
def sandbox(sandboxes):
    return sandboxes()
