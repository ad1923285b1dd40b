"""The vendor's Python SDK 8.0."""

import os
import tempfile

from sandboxes import ERRORS, RECORD, REDIRECT, Report, Sandbox, jpeg_size, png_size
from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import Initializer
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.record import APIException, FileBodyWrapper, RecordOperations, SuccessResponse
from zohocrmsdk.src.com.zoho.crm.api.util import StreamWrapper

PHOTO = os.environ["PHOTO"]


def connect(sandbox, folder, **granted):
    token = OAuthToken("1000.PYTHON", "secret", redirect_url=REDIRECT, **granted)
    environment = DataCenter.Environment(sandbox.url, sandbox.token_url, sandbox.url)
    Initializer.initialize(
        environment=environment,
        token=token,
        store=FileStore(os.path.join(folder, "tokens.txt")),
        resource_path=folder,
        logger=Logger.get_instance(level=Logger.Levels.ERROR, file_path=os.path.join(folder, "log.txt")),
    )
    return token


def upload(module, record):
    body = FileBodyWrapper()
    body.set_file(StreamWrapper(file_path=PHOTO))
    return RecordOperations(module).upload_photo(record, body)


def succeeded(response):
    answer = response.get_object()
    assert isinstance(answer, SuccessResponse), answer
    return response.get_status_code() == 200 and answer.get_message().get_value()


def read_back(module, record):
    file = RecordOperations(module).get_photo(record).get_object().get_file()
    data = b"".join(file.get_stream())
    with open(PHOTO, "rb") as photo:
        assert png_size(data) == jpeg_size(photo.read()), png_size(data)
    return f"{file.get_name()} {png_size(data)}"


def error(record, status, code):
    response = upload("Leads", record)
    answer = response.get_object()
    assert isinstance(answer, APIException), answer
    return (response.get_status_code(), answer.get_code().get_value()) == (status, code)


def main():
    report = Report("python 8.0")
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        token = connect(sandbox, folder, grant_token=sandbox.code("1000.PYTHON"))
        report.attempt("upload", lambda: succeeded(upload("Leads", RECORD)))
        report.check("grant code", token.get_refresh_token() is not None)
        report.attempt("read back", lambda: read_back("Leads", RECORD))
        report.attempt("custom module: upload", lambda: succeeded(upload("CustomModule1", RECORD)))
        report.attempt("custom module: read back", lambda: read_back("CustomModule1", RECORD))
        report.attempt("delete", lambda: succeeded(RecordOperations("Leads").delete_photo(RECORD)))
        # This SDK keeps tokens in its store alone: a new one has none yet.
        before = token.get_access_token()
        again = os.path.join(folder, "again")
        os.mkdir(again)
        token = connect(sandbox, again, refresh_token=token.get_refresh_token())
        report.attempt("refresh", lambda: succeeded(upload("Leads", RECORD)) and token.get_access_token() != before)
        for record, status, code, _ in ERRORS:
            report.attempt(f"error {code}", lambda: error(record, status, code))
    report.check("nothing else was refused", sum(sandbox.stats["refusals"].values()) == len(ERRORS), sandbox.stats)
    report.end()


main()
