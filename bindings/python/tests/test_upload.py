"""Uploads against the program's sandbox: what is stored, what is told, and that nothing is sent twice."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import CLI, FIXTURES, TURNED

import photo_prep

# Built in on request.
upload = pytest.importorskip("photo_prep.upload", exc_type=ImportError)

RECORD = "3000000038009"


def client(sandbox, **options):
    return upload.Client(api_domain=sandbox.url, access_token=sandbox.token, **options)


def renewed(sandbox, **options):
    """A client that gets its tokens itself."""
    secrets = {"client_id": "1000.ID", "client_secret": "hush-secret", "refresh_token": "1000.hush.refresh"}
    return upload.Client(api_domain=sandbox.url, token_url=sandbox.token_url, **secrets, **options)


def copies(folder, count):
    """Files that differ, so that it is seen which one is stored where. Gives what is to be stored of each."""
    from PIL import Image

    made = []
    for n in range(count):
        path = folder / f"{n}.png"
        Image.new("RGB", (32 + n, 24), (n, 200 - n, 77)).save(path)
        made.append(photo_prep.prepare(path).bytes)
    return made


SOURCES = {
    "path": TURNED,
    "text": str(FIXTURES / "gif_animated.gif"),
    "bytes": (FIXTURES / "png_rgba_8.png").read_bytes(),
    "prepared": photo_prep.prepare(FIXTURES / "webp_alpha.webp", max_side=40, metadata="keep"),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_what_is_uploaded_is_stored_byte_for_byte(sandbox, source):
    receipt = client(sandbox).upload("Leads", RECORD, source)
    want = source if isinstance(source, photo_prep.Prepared) else photo_prep.prepare(source)
    assert sandbox.stored(RECORD) == want.bytes
    assert (receipt.http, receipt.code, receipt.attempts, receipt.after_ambiguous) == (200, "SUCCESS", 1, False)
    assert receipt.message and receipt.elapsed > 0


def test_options_prepare_it(sandbox):
    client(sandbox).upload("Contacts", int(RECORD), TURNED, max_side=48, restrict_triggers="workflow")
    assert sandbox.stored(RECORD, "Contacts") == photo_prep.prepare(TURNED, max_side=48).bytes


#: By reserved record: what is raised, the code, its class, its scope and what stops.
CODES = [
    (1, "RefusedError", "INVALID_MODULE", "permanent", "module", "module"),
    (2, "RefusedError", "INVALID_MODULE", "permanent", "module", "module"),
    (3, "DeniedError", "INVALID_URL_PATTERN", "permanent", "batch", None),
    (4, "DeniedError", "OAUTH_SCOPE_MISMATCH", "permanent", "module", "module"),
    (5, "DeniedError", "NO_PERMISSION", "permanent", "module", "module"),
    (6, "TemporaryError", "INTERNAL_ERROR", "temporary", None, None),
    (7, "RefusedError", "INVALID_REQUEST_METHOD", "permanent", "record", None),
    (8, "RefusedError", "AUTHORIZATION_FAILED", "permanent", "module", None),
    (9, "RefusedError", "INVALID_DATA", "permanent", "record", None),
    (10, "RefusedError", "INVALID_DATA", "permanent", "file", None),
    (11, "RefusedError", "FILE_SIZE_MORE_THAN_ALLOWED_SIZE", "permanent", "file", None),
    (12, "RefusedError", "FILE_SIZE_EXCEEDS", "permanent", "file", None),
    (13, "RefusedError", "FILE_RESOLUTION_EXCEEDS", "permanent", "file", None),
    (14, "TokenError", None, None, None, "batch"),
    (15, "TokenError", None, None, None, "batch"),
    (16, "TokenError", None, None, None, "batch"),
    (17, "TemporaryError", "TOO_MANY_REQUESTS", "temporary", None, None),
    (18, "TemporaryError", "RATE_LIMIT_EXCEEDED", "temporary", None, None),
    (19, "RecordStateError", "RECORD_LOCKED", "record_state", None, None),
    (20, "RecordStateError", "NOT_APPROVED", "record_state", None, None),
    (21, "RecordStateError", "NOT_REVIEWED", "record_state", None, None),
    (22, "RecordStateError", "CANNOT_PERFORM_ACTION", "record_state", None, None),
    (24, "RefusedError", "SANDBOX_UNDOCUMENTED", "permanent", "record", None),
]


@pytest.fixture(scope="module")
def refusing(sandboxes):
    return sandboxes()


@pytest.mark.parametrize("number, name, code, class_, scope, stops", CODES, ids=[f"{c[0]}-{c[2]}" for c in CODES])
def test_every_code_is_an_exception(refusing, program, number, name, code, class_, scope, stops):
    record = str(990000000000000 + number)
    with pytest.raises(upload.UploadError) as caught:
        client(refusing, retries=0).upload("Leads", record, TURNED)
    error = caught.value
    assert (type(error).__name__, error.code, error.class_, error.scope, error.stops) == (name, code, class_, scope, stops)
    assert error.help and (error.failure is None) == (error.status is None) == (error.attempts == 0)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
    assert refusing.token not in f"{error!r} {error} {vars(error)}"
    # The program says the same of it.
    env = {**os.environ, "ZOHO_ACCESS_TOKEN": refusing.token}
    command = [CLI, "upload", TURNED, "--api-domain", refusing.url, "--module", "Leads", "--record", record]
    run = subprocess.run([*command, "--retries", "0", "--json"], env=env, capture_output=True, text=True, timeout=60)
    told = json.loads(run.stdout)
    assert (told["error"]["kind"], told["upload"]["code"], told["error"]["help"]) == (error.kind, error.code, error.help)


FAULTS = [
    ("1=500", {}, 2, False),
    ("1=429:retry-after=0", {}, 2, False),
    ("1=reset-after-storing", {}, 2, True),
    ("1=502, 2=empty:503, 3=truncate", {"retries": 3}, 4, True),
]


@pytest.mark.parametrize("script, options, attempts, ambiguous", FAULTS, ids=[fault[0] for fault in FAULTS])
def test_what_passes_is_tried_again(sandboxes, script, options, attempts, ambiguous):
    sandbox = sandboxes("--script", script)
    receipt = client(sandbox, **options).upload("Leads", RECORD, TURNED)
    assert (receipt.attempts, receipt.after_ambiguous) == (attempts, ambiguous)
    assert sandbox.stored(RECORD) == photo_prep.prepare(TURNED).bytes


def test_an_outcome_that_nobody_knows(sandboxes):
    sandbox = sandboxes("--script", "1=reset-after-storing")
    with pytest.raises(upload.AmbiguousError) as caught:
        client(sandbox, retries=0).upload("Leads", RECORD, TURNED)
    assert (caught.value.status, caught.value.ambiguous, caught.value.temporary) == (None, True, True)


def test_tokens_are_renewed_and_kept(sandboxes, tmp_path):
    sandbox = sandboxes("--script", "2=expire-token")
    store = tmp_path / "token.json"
    uploads = renewed(sandbox, token_store=store)
    assert [uploads.upload("Leads", RECORD, TURNED).code for _ in range(3)] == ["SUCCESS"] * 3
    assert sandbox.stats()["token_refreshes"] == 2
    # Another client, or process, takes it from there.
    renewed(sandbox, token_store=store).upload("Leads", RECORD, TURNED)
    assert sandbox.stats()["token_refreshes"] == 2
    if os.name == "posix":
        assert store.stat().st_mode & 0o077 == 0


def test_the_token_may_come_from_the_environment(sandbox, monkeypatch):
    for name in ("ZOHO_ACCESS_TOKEN", "ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(upload.ConfigError, match="ZOHO_ACCESS_TOKEN"):
        upload.Client(api_domain=sandbox.url)
    monkeypatch.setenv("ZOHO_ACCESS_TOKEN", sandbox.token)
    assert upload.Client(api_domain=sandbox.url).upload("Leads", RECORD, TURNED).code == "SUCCESS"


SECRETS = {"client_id": "1000.ID", "client_secret": "hush-secret", "refresh_token": "1000.hush.refresh"}
WRONG = [
    ({"data_center": "mars"}, upload.ConfigError, "mars"),
    ({"api_domain": "http://elsewhere.example"}, upload.ConfigError, "http"),
    ({"api_domain": "https://me:hush@a.example"}, upload.ConfigError, None),
    ({"api_version": "nine"}, upload.ConfigError, "nine"),
    ({"access_token": "hush hush"}, upload.TokenError, None),
    ({"access_token": "hush", **SECRETS}, upload.ConfigError, "not both"),
    ({**SECRETS, "client_secret": None}, upload.ConfigError, "client secret"),
    ({**SECRETS, "data_center": None, "api_domain": "https://a.example"}, upload.ConfigError, "token URL"),
    ({**SECRETS, "token_url": "https://a.example/?client_secret=hush"}, upload.ConfigError, None),
    ({"access_token": 7}, TypeError, "access_token"),
    ({"refresh_token": b"hush", "client_id": "1", "client_secret": "2"}, TypeError, "refresh_token"),
    ({"timeout": -1}, upload.ConfigError, "timeout=-1"),
    ({"timeout": float("nan")}, upload.ConfigError, "timeout"),
    ({"retries": -1}, TypeError, "retries"),
    ({"proxy": "hush://me:hush@proxy.example"}, upload.ConfigError, "proxy"),
    ({"user_agent": "a\r\nb"}, upload.ConfigError, "User-Agent"),
    ({"restrict_triggers": "everything"}, upload.ConfigError, "everything"),
    ({"restrict_triggers": "approval"}, upload.ConfigError, "v8"),
    ({"root_certificate": "/no/such.pem"}, FileNotFoundError, "no/such.pem"),
    ({"root_certificate": TURNED}, upload.ConfigError, "certificate"),
    ({"nonsense": 1}, TypeError, "nonsense"),
]


@pytest.mark.parametrize("options, kind, text", WRONG, ids=lambda value: str(value)[:40])
def test_wrong_settings_are_told_without_secrets(options, kind, text):
    token = {} if "client_id" in options or "access_token" in options else {"access_token": "1000.good"}
    with pytest.raises(kind, match=text) as caught:
        upload.Client(**{"data_center": "eu", **token, **options})
    told = f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert "hush" not in told, told


def test_secrets_do_not_show(sandbox):
    quiet = renewed(sandbox)
    assert repr(quiet) == f"<Client: {sandbox.url}>"
    assert "hush" not in f"{quiet!r} {vars(quiet)} {vars(quiet)['_native']!r}"
    with pytest.raises(TypeError):
        pickle.dumps(quiet)
    refused = upload.Client(
        api_domain=sandbox.url, token_url=sandbox.url + "/nowhere", client_id="1", client_secret="hush", refresh_token="hush2"
    )
    with pytest.raises(upload.TokenError) as caught:
        refused.upload("Leads", RECORD, TURNED)
    assert "hush" not in f"{caught.value!r} {caught.value} {vars(caught.value)}"


@pytest.mark.parametrize("module, record", [("../Leads", "1"), ("Leads", "1x"), ("Leads", ""), ("", 1)])
def test_what_is_no_record_is_told(sandbox, module, record):
    with pytest.raises(upload.ConfigError):
        client(sandbox).upload(module, record, TURNED)
    (outcome,) = client(sandbox).upload_many([(TURNED, module, record)])
    assert (outcome.status, outcome.error.kind) == ("failed", "config")


def test_many(sandbox, tmp_path):
    made = copies(tmp_path, 12)
    rows = [(tmp_path / f"{n}.png", "Leads", 1 + n) for n in range(12)]
    rows[3] = (FIXTURES / "invalid/text.jpg", "Leads", 4)
    rows[4] = (tmp_path / "missing.jpg", "Leads", 5)
    rows[5] = ("too short",)
    rows[6] = (b"nothing", "Leads", 990000000000009)
    rows[7] = (photo_prep.prepare(tmp_path / "7.png"), "Leads", "990000000000009")
    told = []
    outcomes = list(
        client(sandbox).upload_many(iter(rows), transfers=3, rate="1000/s", threads=2, memory=1 << 28,
                                    progress=lambda *counts: told.append(counts))
    )  # fmt: skip
    assert sorted(outcome.index for outcome in outcomes) == list(range(12))
    kinds = {3: "unknown_format", 4: "io", 5: None, 6: "unknown_format", 7: "refused"}
    for outcome in outcomes:
        assert outcome.row is rows[outcome.index]
        if outcome.index in kinds:
            assert outcome.status == "failed" and outcome.receipt is None
            assert getattr(outcome.error, "kind", None) == kinds[outcome.index]
        else:
            assert (outcome.status, outcome.error, outcome.receipt.code) == ("stored", None, "SUCCESS")
            assert sandbox.stored(1 + outcome.index) == made[outcome.index]
    assert [done for done, _, _ in told] == list(range(1, 13)) and told[-1] == (12, 5, None)


def test_what_rows_raise_comes_out_after_those_before_it(sandbox):
    def rows():
        yield TURNED, "Leads", 1
        raise RuntimeError("no more")

    outcomes = client(sandbox).upload_many(rows())
    assert next(outcomes).status == "stored"
    with pytest.raises(RuntimeError, match="no more"):
        next(outcomes)
    assert list(outcomes) == []


@pytest.mark.parametrize("sent", ["prepared", "path"])
def test_what_would_fail_for_all_is_not_tried_for_all(sandboxes, sent):
    sandbox = sandboxes("--credits", "3")
    source = photo_prep.prepare(TURNED) if sent == "prepared" else TURNED
    outcomes = list(
        client(sandbox, retries=0).upload_many(((source, "Leads", n + 1) for n in range(40)), transfers=1, max_failures=2,
                                               max_outage=0, threads=1)
    )  # fmt: skip
    statuses = [outcome.status for outcome in sorted(outcomes, key=lambda outcome: outcome.index)]
    assert len(statuses) == 40 and statuses[:3] == ["stored"] * 3
    assert statuses.count("not_tried") >= 30 and sandbox.stats()["photo_requests"] < 10
    skipped = next(outcome.error for outcome in outcomes if outcome.status == "not_tried")
    assert isinstance(skipped, upload.SkippedError) and skipped.help


def test_a_module_stops_alone(sandbox):
    rows = [(TURNED, "Nonsense", n + 1) for n in range(20)] + [(TURNED, "Leads", n + 1) for n in range(3)]
    outcomes = sorted(client(sandbox).upload_many(rows, transfers=1), key=lambda outcome: outcome.index)
    assert {outcome.status for outcome in outcomes[:20]} == {"failed", "not_tried"}
    assert [outcome.status for outcome in outcomes[20:]] == ["stored"] * 3


def statuses(outcomes):
    return {outcome.index: outcome.status for outcome in outcomes}


def test_journal_and_resume(sandbox, tmp_path):
    copies(tmp_path, 4)
    journal = tmp_path / "photos.journal"
    prepared = photo_prep.prepare(tmp_path / "3.png")
    rows = [(tmp_path / "0.png", "Leads", 1), (tmp_path / "1.png", "Leads", 990000000000009),
            ((tmp_path / "2.png").read_bytes(), "Leads", 3), (prepared, "Leads", 4)]  # fmt: skip
    uploads = client(sandbox)
    first = statuses(uploads.upload_many(rows, journal=journal))
    assert first == {0: "stored", 1: "failed", 2: "stored", 3: "stored"}
    sent = sandbox.stats()["photo_requests"]
    with pytest.raises(upload.JournalError, match="stored 3 pictures") as caught:
        uploads.upload_many(rows, journal=journal)
    assert "resume=True" in caught.value.help
    earlier = {0: "stored_earlier", 1: "failed_earlier", 2: "stored_earlier", 3: "stored_earlier"}
    again = list(uploads.upload_many(rows, journal=journal, resume=True))
    assert statuses(again) == earlier and sandbox.stats()["photo_requests"] == sent
    assert {outcome.error.code for outcome in again if outcome.error} == {"INVALID_DATA"}
    retried = statuses(uploads.upload_many(rows, journal=journal, retry_failed=True))
    assert retried == {**earlier, 1: "failed"} and sandbox.stats()["photo_requests"] == sent + 1
    # What has changed is sent again.
    (tmp_path / "0.png").write_bytes((tmp_path / "1.png").read_bytes() + b"\0")
    assert statuses(uploads.upload_many(rows, journal=journal, resume=True)) == {**earlier, 0: "stored"}
    assert sandbox.stored(1) == photo_prep.prepare(tmp_path / "1.png").bytes


def test_a_journal_is_for_one_endpoint_and_one_run(sandboxes, tmp_path):
    here, there = sandboxes(), sandboxes()
    journal = tmp_path / "photos.journal"
    rows = [(TURNED, "Leads", 1)]
    held = client(here).upload_many(rows, journal=journal)
    with pytest.raises(upload.JournalError, match="in use"):
        client(here).upload_many(rows, journal=journal, resume=True)
    assert statuses(held) == {0: "stored"}
    with pytest.raises(upload.JournalError, match="another endpoint"):
        client(there).upload_many(rows, journal=journal, resume=True)
    with pytest.raises(upload.JournalError) as caught:
        client(here).upload_many(rows, journal=tmp_path)
    assert caught.value.kind == "journal"


WRONG_RUNS = [
    ({"transfers": 0}, upload.ConfigError),
    ({"transfers": "many"}, upload.ConfigError),
    ({"rate": "0/s"}, upload.ConfigError),
    ({"drain": -1}, upload.ConfigError),
    ({"max_outage": -1}, upload.ConfigError),
    ({"threads": 0}, ValueError),
    ({"restrict_triggers": ["workflow", "nonsense"]}, upload.ConfigError),
    ({"max_pixel": 1}, TypeError),
    ({"max_failures": "x"}, TypeError),
]


@pytest.mark.parametrize("options, kind", WRONG_RUNS, ids=str)
def test_wrong_runs_are_told(sandbox, options, kind):
    with pytest.raises(kind):
        client(sandbox).upload_many([(TURNED, "Leads", 1)], **options)
    with pytest.raises(TypeError):
        client(sandbox).upload_many(7)
    assert sandbox.stats()["photo_requests"] == 0


PROGRAM = """
import sys
from pathlib import Path
from photo_prep import upload
url, token, folder, count = sys.argv[1:]
client = upload.Client(api_domain=url, access_token=token)
rows = [(Path(folder, f"{n}.png"), "Leads", n + 1) for n in range(int(count))]
try:
    with client.upload_many(rows, journal=Path(folder, "journal"), resume=True, transfers=3, drain=20) as outcomes:
        for outcome in outcomes:
            print(outcome.index, outcome.status, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    for outcome in outcomes:
        print(outcome.index, outcome.status, flush=True)
"""


def begin(sandbox, folder, count):
    command = [sys.executable, "-c", PROGRAM, sandbox.url, sandbox.token, str(folder), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def last_states(folder):
    entries = [json.loads(line) for line in (folder / "journal").read_text().splitlines()]
    return {int(entry["record"]): entry["state"] for entry in entries if "record" in entry}


def test_a_killed_process_goes_on_where_it_was(sandboxes, tmp_path):
    sandbox = sandboxes("--latency", "30")
    made = copies(tmp_path, 40)
    killed = begin(sandbox, tmp_path, 40)
    for _ in range(10):
        assert killed.stdout.readline().endswith(" stored\n")
    killed.kill()
    killed.communicate()
    stored = [record for record, state in last_states(tmp_path).items() if state == "stored"]
    assert 10 <= len(stored) < 40
    resumed = begin(sandbox, tmp_path, 40)
    told = dict(line.split() for line in resumed.communicate(timeout=60)[0].splitlines())
    assert resumed.returncode == 0 and len(told) == 40
    assert {int(index) + 1 for index, status in told.items() if status == "stored_earlier"} == set(stored)
    assert set(told.values()) == {"stored", "stored_earlier"}
    accepted = sandbox.stats()["accepted"]
    assert sandbox.stats()["uploads_accepted"] <= 40 + 3
    for record in range(1, 41):
        assert sandbox.stored(record) == made[record - 1]
        # What the journal has as stored is not sent again.
        assert accepted[f"Leads/{record}"] == 1 or record not in stored


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_lets_what_is_under_way_finish(sandboxes, tmp_path):
    sandbox = sandboxes("--latency", "200")
    copies(tmp_path, 60)
    run = begin(sandbox, tmp_path, 60)
    assert run.stdout.readline().endswith(" stored\n")
    run.send_signal(signal.SIGINT)
    # Not by communicate, which passes over what readline has read ahead.
    lines = run.stdout.read().splitlines()
    assert run.wait(60) == 0 and "interrupted" in lines
    states = last_states(tmp_path)
    # Nothing is left in the middle, and the rest was not begun.
    assert set(states.values()) == {"stored"} and len(states) < 60
    assert sandbox.stats()["uploads_accepted"] == len(states)
    # All that was begun has come out, but the one that Python may have had in its hands when the signal came.
    assert len(states) - len(lines) in (0, 1)
    resumed = begin(sandbox, tmp_path, 60)
    assert resumed.communicate(timeout=120)[0].count("stored\n") == 60 - len(states)
    assert sandbox.stats()["uploads_accepted"] == 60


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_a_single_upload(sandboxes):
    sandbox = sandboxes("--latency", "60000")
    program = (
        "import sys\nfrom photo_prep import upload\n"
        "client = upload.Client(api_domain=sys.argv[1], access_token=sys.argv[2])\n"
        "try:\n    print('ready', flush=True)\n"
        f"    client.upload('Leads', 1, {str(TURNED)!r})\n"
        "except KeyboardInterrupt:\n    print('interrupted', flush=True)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", program, sandbox.url, sandbox.token], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=30)[0] == "interrupted\n"
    assert run.returncode == 0


def test_leaving_begins_nothing_more(sandboxes):
    sandbox = sandboxes("--latency", "20")
    prepared = photo_prep.prepare(TURNED)
    endless = ((prepared, "Leads", 1 + n) for n in range(1_000_000))
    with client(sandbox).upload_many(endless, transfers=2) as outcomes:
        assert next(outcomes).status == "stored"
    rest = list(outcomes)
    assert {outcome.status for outcome in rest} <= {"stored"}
    assert sandbox.stats()["uploads_accepted"] == 1 + len(rest) <= 20


def test_an_end_that_nobody_waits_for(sandbox):
    program = (
        "import itertools, sys\nfrom photo_prep import upload\n"
        "client = upload.Client(api_domain=sys.argv[1], access_token=sys.argv[2])\n"
        f"rows = (({str(TURNED)!r}, 'Leads', n) for n in itertools.count(1))\n"
        "outcomes = client.upload_many(rows)\nprint(next(outcomes).status)\n"
    )
    command = [sys.executable, "-c", program, sandbox.url, sandbox.token]
    run = subprocess.run(command, timeout=60, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "stored\n", "")


class Endpoint(BaseHTTPRequestHandler):
    """An endpoint of this very process: with the GIL held by who uploads, it would never answer."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        told = json.dumps({"message": "ok", "details": {}, "status": "success", "code": "SUCCESS"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


def test_other_threads_go_on_meanwhile():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url, prepared = f"http://127.0.0.1:{server.server_port}", photo_prep.prepare(TURNED)
    shared = upload.Client(api_domain=url, access_token="1000.x", retries=0)
    assert shared.upload("Leads", 1, prepared).message == "ok"
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda n: shared.upload("Leads", n, prepared).code, range(1, 17)))
    assert done == ["SUCCESS"] * 16
    assert {outcome.status for outcome in shared.upload_many([(prepared, "Leads", 1)] * 8)} == {"stored"}
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_is_told_to_make_its_own(sandbox):
    program = (
        "import os, sys\nfrom photo_prep import upload\n"
        "make = lambda: upload.Client(api_domain=sys.argv[1], access_token=sys.argv[2])\n"
        "client = make()\n"
        f"client.upload('Leads', 1, {str(TURNED)!r})\n"
        "child = os.fork()\n"
        "if child: sys.exit(os.waitpid(child, 0)[1])\n"
        f"try:\n    client.upload('Leads', 2, {str(TURNED)!r})\n"
        "except RuntimeError as error:\n    assert 'make one here' in str(error)\n"
        f"else:\n    os._exit(1)\nmake().upload('Leads', 3, {str(TURNED)!r})\nos._exit(0)\n"
    )
    command = [sys.executable, "-c", program, sandbox.url, sandbox.token]
    run = subprocess.run(command, timeout=60, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert set(sandbox.stats()["accepted"]) == {"Leads/1", "Leads/3"}
