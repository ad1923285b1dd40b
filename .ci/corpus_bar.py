"""Reads what ../shared/corpus/check.py wrote and holds it to our bar: nothing unsafe, and every valid file of four formats
passes but those that tests/corpus-exceptions.toml names, which are at most 1 % and all needed."""
import json
import os
import sys
import tomllib

cases = json.load(open(sys.argv[1]))
listed = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "corpus-exceptions.toml")
entries = tomllib.load(open(listed, "rb")).get("exception", [])
reasons = {e["case"]: e["reason"].strip() for e in entries}
unsafe = ("panic", "killed", "hang", "peak", "exit code")
name = lambda c: "%s/%s" % (c["set"], c["path"])

bad = [c for c in cases if c["r"]["why"].startswith(unsafe)]
valid = [c for c in cases if c["expect"] == "valid" and c["kind"] in ("jpeg", "png", "gif", "bmp")]
failed = [c for c in valid if c["r"]["v"] == "FAIL"]
excused = [c for c in failed if reasons.get(name(c))]
faults = ["%s: %s" % (name(c), c["r"]["why"]) for c in bad + failed if c in bad or c not in excused]
faults += ["%s: an exception that is not needed" % n for n in sorted(set(reasons) - {name(c) for c in excused})]
if len(reasons) != len(entries):
    faults.append("an exception is named twice")
if len(excused) * 100 > len(valid):
    faults.append("%d exceptions are over 1 %%" % len(excused))
if not valid:
    faults.append("no valid case was run")
print("\n".join(faults), end="\n" if faults else "")
print("valid JPEG, PNG, GIF, BMP: %d of %d pass, %d exceptions; unsafe endings: %d"
      % (len(valid) - len(failed), len(valid), len(excused), len(bad)))
sys.exit(bool(faults))
