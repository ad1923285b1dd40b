"""Examples in docstrings and pages are run."""

import doctest
import importlib
import pkgutil

import pytest
from conftest import ROOT

import photo_prep
from photo_prep import _native

PAGES = ["docs/scale-out.md", "bindings/python/README.md", "bindings/python/UPLOAD.md", "bindings/README.md"]

UPLOADS = hasattr(_native, "UploadClient")


def examples_of_modules():
    names = [name for _, name, _ in pkgutil.iter_modules(photo_prep.__path__) if name != "_native" and (UPLOADS or name != "upload")]
    modules = [photo_prep, *(importlib.import_module(f"photo_prep.{name}") for name in names)]
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = (test for module in modules for test in finder.find(module))
    return [test for test in found if test.examples]


@pytest.fixture
def names(sandbox):
    """What examples take for granted."""
    return {"SANDBOX": {"url": sandbox.url, "token": sandbox.token}, "photo_prep": photo_prep}


@pytest.mark.parametrize("test", examples_of_modules(), ids=lambda test: test.name)
def test_docstrings(test, examples, request):
    if ".upload" in test.name:
        test.globs.update(request.getfixturevalue("names"))
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0


@pytest.mark.parametrize("page", PAGES)
def test_pages(page, examples, request):
    names = {}
    if page.endswith("UPLOAD.md"):
        if not UPLOADS:
            pytest.skip("built without uploads")
        names = request.getfixturevalue("names")
    result = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=doctest.ELLIPSIS, globs=names)
    assert result.attempted > 0 and result.failed == 0
