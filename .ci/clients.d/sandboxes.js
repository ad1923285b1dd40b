"use strict";
// Starts the program's sandbox, and reports what clients came to.

const { spawn } = require("node:child_process");
const http = require("node:http");
const path = require("node:path");

const REDIRECT = "http://127.0.0.1:5501/redirect.html";
// The errors of the endpoint's page, with the reserved record ids that provoke them.
const ERRORS = [
  ["990000000000001", 400, "INVALID_MODULE"],
  ["990000000000002", 400, "INVALID_MODULE"],
  ["990000000000003", 404, "INVALID_URL_PATTERN"],
  ["990000000000004", 401, "OAUTH_SCOPE_MISMATCH"],
  ["990000000000005", 403, "NO_PERMISSION"],
  ["990000000000006", 500, "INTERNAL_ERROR"],
  ["990000000000007", 400, "INVALID_REQUEST_METHOD"],
  ["990000000000008", 400, "AUTHORIZATION_FAILED"],
  ["990000000000009", 400, "INVALID_DATA"],
  ["990000000000011", 415, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE"],
];

// A running sandbox: its address, token and a way to end it, which gives what it has counted.
function start(...options) {
  const child = spawn(process.env.PROGRAM, ["sandbox", "--stats", ...options], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => reject(new Error("the sandbox ended")));
    child.stdout.on("data", (chunk) => {
      const first = text.includes("\n");
      text += chunk;
      if (first || !text.includes("\n")) return;
      const hello = JSON.parse(text.split("\n")[0]);
      const stop = () =>
        new Promise((ended) => {
          child.on("close", () => ended(JSON.parse(text.trim().split("\n").pop())));
          child.kill("SIGINT");
        });
      resolve({ ...hello, stop });
    });
  });
}

function get(url) {
  return new Promise((resolve, reject) => {
    http.get(url, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    }).on("error", reject);
  });
}

// A grant code, as a browser brings it back.
async function code(sandbox, client) {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: client,
    scope: "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL",
    redirect_uri: REDIRECT,
    access_type: "offline",
  });
  const { headers } = await get(`${sandbox.url}/oauth/v2/auth?${query}`);
  return new URL(headers.location).searchParams.get("code");
}

// One line on standard output for each operation of a client.
class Report {
  constructor(client) {
    this.client = client;
    this.failed = false;
  }

  check(operation, good, detail = "") {
    this.failed ||= !good;
    const shown = String(detail).replace(/\s+/g, " ").slice(0, 300);
    process.stdout.write([this.client, operation, good ? "ok" : "FAILED", shown].join("\t") + "\n");
  }

  // Runs an operation whose result is what to show; an exception or a false result fails it.
  async attempt(operation, action) {
    try {
      const shown = await action();
      this.check(operation, Boolean(shown), shown);
    } catch (error) {
      this.check(operation, false, `${error} ${error.code ?? ""} ${JSON.stringify(error.details ?? "")}`);
    }
  }

  end() {
    process.exitCode = this.failed ? 1 : 0;
  }
}

// The browser, from Debian's unpacked packages.
async function browser() {
  const { chromium } = require("playwright-core");
  const root = process.env.CHROMIUM;
  const libraries = ["usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib/chromium"];
  const found = libraries.flatMap((folder) => [path.join(root, folder), path.join(root, folder, "pulseaudio")]);
  return chromium.launch({
    executablePath: path.join(root, "usr/lib/chromium/chromium"),
    // Its sandbox needs rights that a build machine doesn't give.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    env: { ...process.env, LD_LIBRARY_PATH: found.join(":"), XDG_DATA_DIRS: path.join(root, "usr/share") },
  });
}

module.exports = { ERRORS, REDIRECT, Report, browser, code, get, start };
