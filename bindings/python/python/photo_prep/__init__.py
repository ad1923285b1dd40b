"""Any photo in, the best upright PNG or JPEG within a pixel and a byte limit out.

>>> import photo_prep
>>> prepared = photo_prep.prepare("IMG_0815.jpg", max_bytes=200_000)
>>> prepared.format, prepared.size, len(prepared.bytes) <= 200_000
('jpeg', (160, 120), True)
>>> prepared.save("portrait")
'portrait.jpg'

Pictures come in as ``bytes``, as a path, as an image of Pillow or as an array of NumPy. `prepare` makes one picture,
`prepare_many` many, `prepare_arrow` a column of a table. `probe` and `explain` tell beforehand, `check` judges. All
errors of pictures are `photo_prep.errors.PhotoPrepError`. `photo_prep.upload`, where it is built
in, puts pictures onto records.

While pictures are worked on, other Python threads go on, and Ctrl-C is seen within 50 ms.
"""

from ._arrow import arrow_type, prepare_arrow
from ._batch import Item, Results, prepare_many
from ._native import __version__, presets
from ._options import Options
from ._single import ImageInfo, Plan, Prepared, Verdict, Violation, check, explain, prepare, probe
from .errors import (
    CannotFitError,
    IoError,
    LimitExceededError,
    MalformedError,
    MemoryExceededError,
    NotCompliantError,
    PhotoPrepError,
    PlanMismatchError,
    TruncatedError,
    UnfixableError,
    UnknownFormatError,
    UnsupportedError,
)

__all__ = [
    "CannotFitError",
    "ImageInfo",
    "IoError",
    "Item",
    "LimitExceededError",
    "MalformedError",
    "MemoryExceededError",
    "NotCompliantError",
    "Options",
    "PhotoPrepError",
    "Plan",
    "PlanMismatchError",
    "Prepared",
    "Results",
    "TruncatedError",
    "UnfixableError",
    "UnknownFormatError",
    "UnsupportedError",
    "Verdict",
    "Violation",
    "__version__",
    "arrow_type",
    "check",
    "explain",
    "prepare",
    "prepare_arrow",
    "prepare_many",
    "presets",
    "probe",
]
