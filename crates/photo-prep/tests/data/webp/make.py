"""Makes gradient_12mp.webp, of whose memory tests/memory.rs keeps account: python make.py (with Pillow and numpy)."""
from pathlib import Path

import numpy as np
from PIL import Image

width, height = 4000, 3000
y, x = np.mgrid[0:height, 0:width]
channels = [x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)]
picture = Image.fromarray(np.stack(channels, 2).astype("uint8"))
picture.save(Path(__file__).parent / "gradient_12mp.webp", quality=10, method=4)
