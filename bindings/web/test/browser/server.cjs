"use strict";
// Serves the package, test pictures and a page that does nothing, with the content security policy that the README names.

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src blob: data:";

// `folders` are served by the first part of a path.
function serve(folders, policy = POLICY) {
  const server = http.createServer((request, response) => {
    const [, folder, ...rest] = decodeURIComponent(new URL(request.url, "http://x").pathname).split("/");
    if (folder === "") return answer(response, 200, ".html", "<!doctype html><link rel=icon href=data:,><title>test</title>", policy);
    const file = folders[folder] && path.join(folders[folder], path.normalize("/" + rest.join("/")));
    if (!file || !fs.existsSync(file)) return answer(response, 404, "", "", policy);
    answer(response, 200, path.extname(file), fs.readFileSync(file), policy);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const close = () => {
        server.closeAllConnections();
        return new Promise((closed) => server.close(closed));
      };
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close });
    });
  });
}

function answer(response, status, extension, body, policy) {
  const headers = { "Content-Type": TYPES[extension] ?? "application/octet-stream", "Cache-Control": "no-store" };
  if (policy) headers["Content-Security-Policy"] = policy;
  response.writeHead(status, headers);
  response.end(body);
}

module.exports = { serve };
