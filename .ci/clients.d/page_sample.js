"use strict";
// The page's XMLHttpRequest sample in a browser, unchanged but for its two URLs: first grant, upload, the 59th minute and
// re-authorization, with and without a consent page.

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const { Report, browser, start } = require("./sandboxes.js");

const PAGE = path.join(__dirname, "../../crates/photo-sandbox/src/page");
const SUCCESS = '{"message":"photo uploaded successfully","details":{},"status":"success","code":"SUCCESS"}';
const URLS = ["ttps://zylkercorp.zohoplatform.com/crm/v2/Leads/34770617711001/photo", "https://zylkercorp.zohoplatform.com/oauth/v2/auth"];

// The sample as it stands on the page, with this sandbox's addresses.
function sample(sandbox) {
  const text = fs.readFileSync(process.env.SAMPLE, "utf8");
  const from = text.indexOf("var listener = 0;");
  const to = text.indexOf("Copiedphoto = invokeUrl");
  let script = text.slice(from, to);
  const addresses = [`${sandbox.url}/crm/v2/Leads/34770617711001/photo`, `${sandbox.url}/oauth/v2/auth`];
  URLS.forEach((url, number) => {
    if (script.split(url).length !== 2) throw new Error(`the sample does not have ${url} once`);
    script = script.replace(url, addresses[number]);
  });
  return script;
}

// What the sample leaves to its reader: a page with a file input, and the redirect page. They are served where the sample
// says that its redirect page is.
function serve(sandbox) {
  const files = {
    "/index.html": ["text/html", '<!doctype html><input type="file" id="photo"><button onclick="new UploadaPhoto().uploadPhoto()">Upload</button><script src="/sample.js"></script>'],
    "/sample.js": ["text/javascript", sample(sandbox)],
    "/redirect.html": ["text/html", fs.readFileSync(path.join(PAGE, "redirect.html"))],
    "/sandbox/redirect.js": ["text/javascript", fs.readFileSync(path.join(PAGE, "redirect.js"))],
  };
  const server = http.createServer((request, response) => {
    const file = files[new URL(request.url, "http://x").pathname];
    response.writeHead(file ? 200 : 404, { "Content-Type": file ? file[0] : "text/plain" });
    response.end(file ? file[1] : "");
  });
  return new Promise((resolve, reject) => {
    // Another run on this machine may have the port for a while.
    let tries = 60;
    server.on("error", (error) => (tries-- > 0 ? setTimeout(listen, 1000) : reject(error)));
    const listen = () => server.listen(5501, "127.0.0.1");
    server.on("listening", () => resolve(server));
    listen();
  });
}

// Clicks, and gives what the sample logs: status and response.
async function click(page) {
  await page.setInputFiles("#photo", process.env.PHOTO);
  const logged = [];
  const both = new Promise((resolve) => {
    const listener = (message) => {
      if (message.type() !== "log") return;
      logged.push(message.text());
      if (logged.length === 2) {
        page.off("console", listener);
        resolve(logged);
      }
    };
    page.on("console", listener);
  });
  await page.click("button");
  return both;
}

// A click that opens a window for a grant, after which the page reloads itself.
async function authorize(context, page, consent) {
  const popup = context.waitForEvent("page");
  const reloaded = page.waitForEvent("load");
  // It is awaited below; whatever fails before is told first.
  reloaded.catch(() => {});
  const answered = click(page);
  const opened = await popup;
  const asked = [];
  if (consent) {
    asked.push(await opened.textContent("dl"));
    await opened.check("#session");
    await opened.click("button[value=allow]");
  }
  await Promise.race([reloaded, answered.then(() => reloaded)]);
  return asked;
}

async function run(context, sandbox, report, consent) {
  const page = await context.newPage();
  await page.clock.install();
  const asked = [];
  context.on("request", (request) => {
    if (request.url().includes("/oauth/v2/auth")) asked.push(new URL(request.url()).pathname);
  });
  await page.goto("http://127.0.0.1:5501/index.html");
  const shown = await authorize(context, page, consent);
  const how = consent ? "by consent" : "at once";
  if (consent) report.check("consent page", shown[0].includes("ZohoCRM.modules.ALL"), shown[0]);
  const token = await page.evaluate(() => localStorage.getItem("access_token"));
  report.check(`first click: grant ${how}`, Boolean(token), asked.join(" "));
  const second = await click(page);
  report.check("second click: 200 and the documented JSON", second.join() === ["200", SUCCESS].join(), second);
  await page.clock.fastForward("58:00");
  const third = await click(page);
  report.check("the 58th minute: the same token", third[0] === "200" && asked.length < 3, third);
  await page.clock.fastForward("01:30");
  const before = asked.length;
  await authorize(context, page, false);
  const again = await page.evaluate(() => localStorage.getItem("access_token"));
  report.check(`the 59th minute: re-authorized ${how}`, again && again !== token, asked.slice(before).join(" "));
  const last = await click(page);
  report.check("after it: 200 and the documented JSON", last.join() === ["200", SUCCESS].join(), last);
  if (consent) report.check("re-authorized by /auth/refresh", asked.slice(before).includes("/oauth/v2/auth/refresh"), asked);
  await page.close();
}

async function main() {
  const report = new Report("page sample");
  const chromium = await browser();
  for (const consent of [false, true]) {
    const sandbox = await start(...(consent ? ["--ask-consent"] : []));
    const server = await serve(sandbox);
    const context = await chromium.newContext();
    // A busy machine is slow, and no failure.
    context.setDefaultTimeout(90000);
    await report.attempt("the sample runs to its end", async () => {
      await run(context, sandbox, report, consent);
      return true;
    });
    await context.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    const stats = await sandbox.stop();
    report.check("uploads", stats.accepted["Leads/34770617711001"] === 3, JSON.stringify(stats.accepted));
  }
  await chromium.close();
  report.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
