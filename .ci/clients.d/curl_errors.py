"""curl: the page's own sample, then each of the page's ten errors by its own cause: status, code and message to the letter."""

import json
import os
import re
import subprocess
import tempfile

from sandboxes import ERRORS, RECORD, Report, Sandbox


def curl(*arguments):
    command = ["curl", "-sS", "-m", "60", "-w", "\n%{http_code}", *arguments]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    body, status = out.rsplit("\n", 1)
    return int(status), body


def documented():
    """The errors as the page has them: code, status, message."""
    if not os.path.exists(os.environ["SAMPLE"]):
        return [error[1:] for error in ERRORS]
    text = open(os.environ["SAMPLE"], encoding="utf-8").read().split("Possible Errors\n", 1)[1]
    found = re.findall(r"- ([A-Z_]+)HTTP (\d+)\n(.+)\n", text)
    return [(int(status), code, message) for code, status, message in found]


def main():
    report = Report("curl")
    page = documented()
    report.check("the errors are the page's", page == [error[1:] for error in ERRORS], f"{len(page)} errors")
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        def post(path, *more, token=sandbox.token, method="POST", photo=os.environ["PHOTO"]):
            url = f"{sandbox.url}{path}"
            header = f"Authorization: Zoho-oauthtoken {token}"
            return curl(url, "-X", method, "-H", header, "-F", f"file=@{photo}", *more)

        status, body = post(f"/crm/v2/Leads/{RECORD}/photo?restrict_triggers=workflow")
        sample = '{"message":"photo uploaded successfully","details":{},"status":"success","code":"SUCCESS"}'
        report.check("upload", (status, json.loads(body)) == (200, json.loads(sample)), body)
        large = os.path.join(folder, "large.jpg")
        with open(large, "wb") as file:
            file.write(open(os.environ["PHOTO"], "rb").read().ljust(10_000_001, b"\0"))
        good = f"/crm/v2/Leads/{RECORD}/photo"
        causes = [
            post("/crm/v2/Leadz/1/photo"),
            post("/crm/v2/Projects/1/photo"),
            post(f"/crm/v2/Leads/{RECORD}/photos"),
            post(good, token=sandbox.token + "-noscope"),
            post(good, token=sandbox.token + "-nopermission"),
            post(good, "-H", "X-Sandbox-Fault: 500"),
            post(good, method="PUT"),
            post(good, token=sandbox.token + "-noprivilege"),
            post("/crm/v2/Leads/1x/photo"),
            post(good, photo=large),
        ]
        for (wanted_status, code, message), (status, body) in zip(page, causes, strict=True):
            answer = json.loads(body)
            told = (status, answer["code"], answer["message"], answer["status"])
            report.check(f"error {code}", told == (wanted_status, code, message, "error"), f"{status} {body}")
        for record, wanted_status, code, message in ERRORS:
            status, body = post(f"/crm/v2/Leads/{record}/photo")
            answer = json.loads(body)
            good_answer = (status, answer["code"], answer["message"]) == (wanted_status, code, message)
            report.check("the same by reserved record", good_answer, f"{status} {body}")
    report.end()


main()
