"use strict";
// The vendor's Node SDK 2.0.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const { ERRORS, REDIRECT, Report, code, start } = require("./sandboxes.js");

const sdk = (part) => require("@zohocrm/nodejs-sdk-2.0/" + part);
const { InitializeBuilder } = sdk("routes/initialize_builder");
const { OAuthBuilder } = sdk("models/authenticator/oauth_builder");
const { UserSignature } = sdk("routes/user_signature");
const { Environment } = sdk("routes/dc/environment");
const { FileStore } = sdk("models/authenticator/store/file_store");
const { LogBuilder } = sdk("routes/logger/log_builder");
const { Levels } = sdk("routes/logger/logger");
const { RecordOperations } = sdk("core/com/zoho/crm/api/record/record_operations");
const { FileBodyWrapper } = sdk("core/com/zoho/crm/api/record/file_body_wrapper");
const { SuccessResponse } = sdk("core/com/zoho/crm/api/record/success_response");
const { APIException } = sdk("core/com/zoho/crm/api/record/api_exception");
const { StreamWrapper } = sdk("utils/util/stream_wrapper");

const RECORD = 3000000038009n;

async function connect(sandbox, folder) {
  const token = new OAuthBuilder()
    .clientId("1000.NODE")
    .clientSecret("secret")
    .grantToken(await code(sandbox, "1000.NODE"))
    .redirectURL(REDIRECT)
    .build();
  const builder = await new InitializeBuilder();
  await builder
    .user(new UserSignature("user@sandbox.example"))
    .environment(new Environment(sandbox.url, sandbox.token_url, sandbox.url, "sandbox"))
    .token(token)
    .store(new FileStore(path.join(folder, "tokens.txt")))
    .resourcePath(folder)
    .logger(new LogBuilder().level(Levels.ERROR).filePath(path.join(folder, "log.txt")).build())
    .initialize();
  return token;
}

function upload(module, record) {
  const request = new FileBodyWrapper();
  request.setFile(new StreamWrapper(null, null, process.env.PHOTO));
  return new RecordOperations().uploadPhoto(record, module, request);
}

function succeeded(response) {
  const answer = response.getObject();
  if (!(answer instanceof SuccessResponse)) throw new Error("no success: " + JSON.stringify(answer));
  return response.getStatusCode() === 200 && answer.getMessage().getValue();
}

async function readBack(module, record) {
  const response = await new RecordOperations().getPhoto(record, module);
  const file = response.getObject().getFile();
  const data = file.getStream();
  const isPng = data.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
  return isPng && `${file.getName()} ${data.readUInt32BE(16)}x${data.readUInt32BE(20)}`;
}

async function error(record, status, wanted) {
  const response = await upload("Leads", BigInt(record));
  const answer = response.getObject();
  if (!(answer instanceof APIException)) throw new Error("no error: " + JSON.stringify(answer));
  return response.getStatusCode() === status && answer.getCode().getValue() === wanted;
}

async function main() {
  const report = new Report("node 2.0");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "node-sdk-"));
  const sandbox = await start();
  try {
    const token = await connect(sandbox, folder);
    await report.attempt("upload", async () => succeeded(await upload("Leads", RECORD)));
    report.check("grant code", token.getRefreshToken() != null);
    await report.attempt("read back", () => readBack("Leads", RECORD));
    await report.attempt("custom module: upload", async () => succeeded(await upload("CustomModule1", RECORD)));
    await report.attempt("custom module: read back", () => readBack("CustomModule1", RECORD));
    await report.attempt("delete", async () => succeeded(await new RecordOperations().deletePhoto(RECORD, "Leads")));
    const before = token.getAccessToken();
    token.setExpiresIn(String(Date.now()));
    await report.attempt("refresh", async () => {
      const message = succeeded(await upload("Leads", RECORD));
      return token.getAccessToken() !== before && message;
    });
    for (const [record, status, wanted] of ERRORS) {
      await report.attempt(`error ${wanted}`, () => error(record, status, wanted));
    }
  } finally {
    const stats = await sandbox.stop();
    const refused = Object.values(stats.refusals).reduce((sum, count) => sum + count, 0);
    report.check("nothing else was refused", refused === ERRORS.length, JSON.stringify(stats));
    fs.rmSync(folder, { recursive: true });
  }
  report.end();
}

main();
