"use strict";
// The sandbox's page with the package: choose, look, upload, at several widths; a cancel; a broken file; HEIC. Keeps screenshots.

const path = require("node:path");

const { judge, open } = require("../../../../.ci/clients.d/looks.js");
const { start } = require("../../../../.ci/clients.d/sandboxes.js");

const LOOKS = [
  [1280, "light"],
  [1280, "dark"],
  [360, "light"],
  [360, "dark"],
];

const settled = (page) => page.waitForFunction(() => document.querySelector("#prepared-status.good, #prepared-status.bad"));

async function choose(page, file) {
  await page.setInputFiles("#file", file);
  await settled(page);
  return page.textContent("#prepared");
}

async function send(page) {
  await page.click("#send");
  await page.waitForFunction(() => document.querySelector("#result.good, #result.bad"));
  return page.textContent("#result");
}

async function flow(page, report, phone) {
  const told = await choose(page, phone);
  report.check("verdict", told.includes("Not compliant as it was") && told.includes("on its side"), told);
  const place = await page.textContent("#prepared-location");
  report.check("the place, before it goes", /latitude -?\d+\.\d+, longitude -?\d+\.\d+/.test(place), place);
  report.check("sizes", /4032 x 3024|3024 x 4032/.test(told) && told.includes("bytes"), told.slice(-200));
  await page.waitForSelector("#compare:not([hidden])");
  await page.fill("#compare-at", "20");
  const clip = await page.evaluate(() => getComputedStyle(document.getElementById("compare-after")).clipPath);
  report.check("the slider moves", clip.includes("20%"), clip);
  await page.fill("#compare-at", "50");
  const sent = await send(page);
  report.check("uploaded", sent.startsWith("200 SUCCESS"), sent);
  await page.waitForFunction(() => document.querySelectorAll("#photos img").length === 1);
  await page.waitForFunction(() => document.querySelector("#photos img").naturalWidth > 0);
  const stored = await page.textContent("#photos");
  report.check("what is stored is what was prepared", stored.includes("phone-12mp.jpg"), stored);
}

// What the sandbox hands out as it was stored tells nothing of the place.
async function clean(page, url, report) {
  const told = await page.evaluate(async (address) => {
    const { probe } = await import("/sandbox/web/index.js");
    const stored = await (await fetch(address)).blob();
    return probe(stored);
  }, `${url}/sandbox/photos/Leads/3000000038009`);
  const good = told.private.location === null && told.orientation === 1 && told.width * told.height <= 10_000_000;
  report.check("stored without the place, upright, within the limits", good, `${told.width}x${told.height} ${JSON.stringify(told.private)}`);
}

async function others(page, report, { FIXTURES, ROOT }) {
  const broken = await choose(page, path.join(FIXTURES, "invalid/truncated.jpg"));
  report.check("a broken file is told", broken.includes("the file was cut off"), broken);
  const good = await choose(page, path.join(FIXTURES, "jpeg_baseline.jpg"));
  report.check("a compliant file goes as it is", good.includes("Compliant: sent as it is"), good);
  const heic = await choose(page, path.join(ROOT, "crates/photo-prep/tests/data/heic/grid.heic"));
  report.check("HEIC becomes what every program reads", /HEIC.*(JPEG|PNG)/s.test(heic), heic);
  await page.waitForSelector("#compare:not([hidden])");
  report.check("a browser without HEIC says so", await page.isVisible("#compare-none"), "");
  await page.uncheck("#prepare");
  report.check("without preparing nothing is shown", !(await page.isVisible("#prepared")), "");
  await page.check("#prepare");
  await settled(page);
}

async function cancel(page, report, phone) {
  await page.setInputFiles("#file", phone);
  await page.click("#prepared-cancel");
  await settled(page);
  const told = await page.textContent("#prepared-status");
  report.check("cancel", told.startsWith("Canceled"), told);
}

async function looks(context, url, report, phone) {
  for (const [width, colorScheme] of LOOKS) {
    const page = await open(context, url, width, colorScheme);
    await choose(page, phone);
    await page.waitForSelector("#compare:not([hidden])");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    await judge(page, wide, width, colorScheme, report);
    await page.screenshot({ path: path.join(process.env.KEPT, `prepare-${width}-${colorScheme}.png`), fullPage: true });
    await page.close();
  }
}

async function sandboxPage(context, report, support) {
  const phone = support.phonePicture();
  const sandbox = await start("--web-package", support.PACKAGE);
  const [outside, errors] = [[], []];
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== sandbox.url) outside.push(request.url());
  });
  context.on("weberror", (error) => errors.push(error.error()));
  context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    await run(context, sandbox, report, support, phone);
  } finally {
    await sandbox.stop();
  }
  report.check("the sandbox page: nothing asked from elsewhere", outside.length === 0, outside);
  report.check("the sandbox page: no errors in the console", errors.length === 0, errors);
}

async function run(context, sandbox, report, support, phone) {
  const page = await context.newPage();
  await page.goto(sandbox.url);
  await flow(page, report, phone);
  await clean(page, sandbox.url, report);
  await others(page, report, support);
  await cancel(page, report, phone);
  await page.close();
  await looks(context, sandbox.url, report, phone);
}

module.exports = { sandboxPage };
