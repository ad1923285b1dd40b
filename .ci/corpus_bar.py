"""Reads what ../shared/corpus/check.py wrote and holds it to our bar: nothing unsafe, 97 % of the valid files pass."""
import json
import sys

cases = json.load(open(sys.argv[1]))
unsafe = ("panic", "killed", "hang", "peak", "exit code")
bad = [c for c in cases if c["r"]["why"].startswith(unsafe)]
valid = [c for c in cases if c["expect"] == "valid" and c["kind"] in ("jpeg", "png", "gif", "bmp")]
failed = [c for c in valid if c["r"]["v"] == "FAIL"]
for c in bad + failed:
    print("%s/%s: %s" % (c["set"], c["path"], c["r"]["why"]))
share = 1 - len(failed) / max(1, len(valid))
print("valid JPEG, PNG, GIF, BMP: %d of %d pass (%.2f %%); unsafe endings: %d" % (len(valid) - len(failed), len(valid), 100 * share, len(bad)))
sys.exit(bool(bad) or share < 0.97)
