"""The pictures that fitting_quality.py fits: made-up ones of every kind, and JPEGs of real photos that are too heavy."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "../../shared/peers"))

KINDS = ("photo", "cutout", "screenshot", "chart", "logo", "scan")


def of_testkit(folder, count, megapixels):
    """PNGs of every kind by photo_testkit, in a folder of their own: (kind, path)."""
    made = folder / f"testkit-{count}-{megapixels}"
    if not made.exists():
        command = "cargo run -q --release -p photo-testkit --bin make-pictures --".split()
        subprocess.run([*command, made.resolve(), str(count), str(megapixels)], check=True, cwd=HERE.parent, stdout=sys.stderr)
    return of_folder(made)


def of_folder(folder):
    """What is in a folder, by the kind that its name begins with, or that a folder in it is named for."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".png", ".jpg", ".jpeg", ".ppm"))
    kinds = [(next((k for k in KINDS if p.name.startswith(k) or p.parent.name.startswith(k)), None), p) for p in paths]
    return [(kind, path) for kind, path in kinds if kind]


def heavy_jpegs(folder):
    """Twenty JPEGs: sixteen of 3 MP at qualities from 85 to 98 and three samplings, four of 10 MP that weigh over 10 MB."""
    import make_corpus

    photos, made = make_corpus.package_photos(), []
    for n in range(20):
        large = n >= 16
        path = folder / f"{n:02}.jpg"
        if not path.exists():
            size = (3600, 2700) if large else (2000, 1500)
            picture = make_corpus.picture(*size, 900 + n, photos, 9.0 if large else 1.0 + 0.3 * n)
            quality, sampling = (98, 0) if large else (85 + n % 14, (2, 2, 1, 0)[n % 4])
            picture.save(path, quality=quality, subsampling=sampling)
        made.append(("jpeg", path))
    return made
