"""Starts the program's sandbox, and reports what clients came to."""

import http.client
import json
import os
import signal
import subprocess
import sys
import urllib.parse

REDIRECT = "http://127.0.0.1:5501/redirect.html"
RECORD = 3000000038009
# The errors of the endpoint's page, with the reserved record ids that provoke them.
ERRORS = [
    (990000000000001, 400, "INVALID_MODULE", "The module name given seems to be invalid"),
    (990000000000002, 400, "INVALID_MODULE", "The given module is not supported in API"),
    (990000000000003, 404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"),
    (990000000000004, 401, "OAUTH_SCOPE_MISMATCH", "Unauthorized"),
    (990000000000005, 403, "NO_PERMISSION", "Permission denied to upload photo"),
    (990000000000006, 500, "INTERNAL_ERROR", "Internal Server Error"),
    (990000000000007, 400, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one"),
    (990000000000008, 400, "AUTHORIZATION_FAILED", "User does not have sufficient privilege to upload photo"),
    (990000000000009, 400, "INVALID_DATA", "the related id given seems to be invalid"),
    (990000000000011, 415, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE", "please check if the file size is in the correct range"),
]


class Sandbox:
    def __init__(self, *options):
        command = [os.environ["PROGRAM"], "sandbox", "--stats", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        hello = json.loads(self.process.stdout.readline())
        self.url, self.token_url, self.token = hello["url"], hello["token_url"], hello["token"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.stats = json.loads(self.process.stdout.read().splitlines()[-1])
        self.process.wait(timeout=20)

    def code(self, client_id):
        """A grant code, as a browser brings it back."""
        query = urllib.parse.urlencode(
            {
                "response_type": "code",
                "client_id": client_id,
                "scope": "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.READ,ZohoCRM.org.READ",
                "redirect_uri": REDIRECT,
                "access_type": "offline",
            }
        )
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        connection.request("GET", "/oauth/v2/auth?" + query)
        location = connection.getresponse().headers["Location"]
        return urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]


class Report:
    """One line on standard output for each operation of a client."""

    def __init__(self, client):
        self.client, self.failed = client, False

    def check(self, operation, good, detail=""):
        self.failed |= not good
        detail = " ".join(str(detail).split())[:300]
        print(self.client, operation, "ok" if good else "FAILED", detail, sep="\t", flush=True)

    def attempt(self, operation, action):
        """Runs an operation whose result is what to show; an exception or a false result fails it."""
        try:
            shown = action()
            self.check(operation, bool(shown), shown)
        except Exception as error:  # Whatever an SDK raises, the others go on.
            self.check(operation, False, f"{type(error).__name__}: {error} {getattr(error, 'details', '')}")

    def end(self):
        sys.exit(1 if self.failed else 0)


def png_size(data):
    """Width and height, if the bytes are a PNG."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), data[:20]
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def jpeg_size(data):
    at = 2
    while True:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xC2:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
