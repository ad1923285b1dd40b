"use strict";
// The sandbox's page for people: its upload flow, what it shows, keyboard, widths, colors. Keeps screenshots.

const path = require("node:path");

const { LOOKS, judge, open } = require("./looks.js");
const { Report, browser, start } = require("./sandboxes.js");

async function upload(page, file) {
  await page.setInputFiles("#file", file);
  await page.click("#send");
  await page.waitForFunction(() => document.querySelector("#result.good, #result.bad"));
  return page.textContent("#result");
}

// The flow with a mouse: grant in a window, upload, thumbnail, requests; then a fault that a script has planned.
async function flow(page, report) {
  const first = await upload(page, process.env.PHOTO);
  report.check("first upload, with its grant", first.startsWith("200 SUCCESS"), first);
  await page.selectOption("#module", "Parts");
  await page.check("#triggers");
  const second = await upload(page, process.env.PHOTO_PNG);
  report.check("second upload, custom module", second.startsWith("200 SUCCESS"), second);
  const third = await upload(page, process.env.PHOTO);
  report.check("a scripted fault is told", third.startsWith("400 RECORD_LOCKED"), third);
  await page.waitForFunction(() => document.querySelectorAll("#photos li").length === 2);
  await page.waitForFunction(() => [...document.querySelectorAll("#photos img")].every((image) => image.naturalWidth > 0));
  const photos = await page.textContent("#photos");
  report.check("thumbnails", photos.includes("Leads 3000000038009") && photos.includes("kept from running"), photos);
  await page.waitForFunction(() => document.querySelectorAll("#requests tr").length >= 4);
  const requests = await page.textContent("#requests");
  report.check("requests as they come", requests.includes("/oauth/v2/auth") && requests.includes("Parts"), requests);
}

// Everything that can be used is reached by Tab, in the order of the page, and shows that it is.
async function keyboard(page, report) {
  // From the top: a click before would have moved the place from which Tab goes on.
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll("#requests tr").length > 0);
  await page.waitForFunction(() => document.querySelectorAll("#photos li").length === 2);
  const reached = [];
  for (let count = 0; count < 30; count += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      const outline = getComputedStyle(element).outlineStyle;
      return element === document.body ? null : [element.id || element.tagName.toLowerCase(), outline];
    });
    if (at === null || (reached.length > 0 && at[0] === "file")) break;
    reached.push(at);
  }
  const names = reached.map(([name]) => name);
  const wanted = ["file", "module", "record", "triggers", "send", "a", "requests-box", "summary", "pre"];
  const good = wanted.every((name) => names.includes(name)) && reached.every(([, outline]) => outline !== "none");
  report.check("by keyboard", good, names.join(" "));
}

// No sideways scrolling, nothing asked from elsewhere, text that can be read on its ground.
async function looks(context, url, report) {
  for (const [width, colorScheme] of LOOKS) {
    const page = await open(context, url, width, colorScheme);
    await page.waitForFunction(() => document.querySelectorAll("#requests tr").length > 0);
    await page.waitForFunction(() => document.querySelectorAll("#photos li").length === 2);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    await judge(page, wide, width, colorScheme, report);
    // Pictures further down are loaded only when they come into view.
    await page.evaluate(() => Promise.all([...document.images].map((image) => { image.loading = "eager"; return image.decode(); })));
    await page.screenshot({ path: path.join(process.env.KEPT, `page-${width}-${colorScheme}.png`), fullPage: true });
    await page.close();
  }
}

async function main() {
  const report = new Report("sandbox page");
  const sandbox = await start("--modules", "Leads,Contacts,Parts", "--script", "3=RECORD_LOCKED");
  const chromium = await browser();
  const context = await chromium.newContext();
  // A busy machine is slow, and no failure.
  context.setDefaultTimeout(90000);
  const [outside, errors] = [[], []];
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== sandbox.url) outside.push(request.url());
  });
  context.on("weberror", (error) => errors.push(error.error()));
  context.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("400 (Bad Request)")) errors.push(message.text());
  });
  const page = await context.newPage();
  await page.goto(sandbox.url);
  await report.attempt("the flow", async () => {
    await flow(page, report);
    return true;
  });
  await report.attempt("keyboard", async () => {
    await keyboard(page, report);
    return true;
  });
  await report.attempt("widths and colors", async () => {
    await looks(context, sandbox.url, report);
    return true;
  });
  report.check("nothing asked from elsewhere", outside.length === 0, outside);
  report.check("no errors in the console", errors.length === 0, errors);
  await chromium.close();
  await sandbox.stop();
  report.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
