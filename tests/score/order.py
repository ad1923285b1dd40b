#!/usr/bin/env python3
"""Makes order.json: the SSIMULACRA2 scores of the pairs of pairs.rs.

    mkdir PAIRS; SCORE_PAIRS=PAIRS cargo test --test score write_pairs -- --ignored
    order.py METRIC PAIRS      (METRIC: the program built of ../shared/peers/metric)
"""

import json
import pathlib
import subprocess
import sys

metric, folder = sys.argv[1], pathlib.Path(sys.argv[2])
scores = {}
for a in sorted(folder.glob("*.a.ppm")):
    name = a.name.removesuffix(".a.ppm")
    done = subprocess.run([metric, a, folder / f"{name}.b.ppm", "ssim2"], check=True, capture_output=True, text=True)
    scores[name] = round(json.loads(done.stdout)["ssimulacra2"], 2)
out = pathlib.Path(__file__).resolve().parent / "order.json"
out.write_text(json.dumps(scores, indent=0) + "\n")
print(len(scores), "pairs")
