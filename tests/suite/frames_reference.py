#!/usr/bin/env python3
"""What Pillow's LANCZOS makes of a small picture that is enlarged: writes data/enlarged.png beside this file.

    python3 tests/suite/frames_reference.py      # needs Pillow
"""

import pathlib

from PIL import Image

WIDTH, HEIGHT = 24, 16

picture = Image.new("RGB", (WIDTH, HEIGHT))
for y in range(HEIGHT):
    for x in range(WIDTH):
        picture.putpixel((x, y), ((x * 11 + y * 7) % 256, (x * 11 + y * 7 + 60) % 256, x * y % 256))
enlarged = picture.resize((60, 40), Image.Resampling.LANCZOS)
enlarged.save(pathlib.Path(__file__).parent / "data" / "enlarged.png")
