"use strict";
// The page that `upload --report FILE.html` writes for 10,000 rows, as people see it. Keeps screenshots.

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const { LOOKS, judge, open } = require("./looks.js");
const { ERRORS, Report, browser, start } = require("./sandboxes.js");

const ROWS = 10000;
const THUMBNAILS = 200;
// Rows of a kind: those whose file is no picture, is not there, or whose record the endpoint refuses.
const BAD = { broken: 30, missing: 20, refused: 10 };
const MOST_SECONDS = 3;

// Uploads 10,000 rows, of which some fail in each way, and gives the page.
async function write(folder) {
  // What a file is called must never become markup.
  const odd = "<b>&\"'é 写真.png";
  fs.copyFileSync(process.env.PHOTO_PNG, path.join(folder, odd));
  fs.copyFileSync(process.env.PHOTO, path.join(folder, "photo.jpg"));
  fs.writeFileSync(path.join(folder, "broken.jpg"), "no picture");
  const [refusing] = ERRORS.find(([, , code]) => code === "INVALID_DATA");
  const file = (row) => {
    if (row < BAD.broken) return "broken.jpg";
    if (row < BAD.broken + BAD.missing) return `missing-${row}.jpg`;
    return row % 2 ? "photo.jpg" : `"${odd.replaceAll('"', '""')}"`;
  };
  const rows = Array.from({ length: ROWS }, (_, row) => `${file(row)},${3000000000000 + row}`);
  // One record takes one row: the endpoint refuses it for all ten modules.
  const modules = Array.from({ length: BAD.refused }, (_, n) => `photo.jpg,${refusing},Module${n}`);
  rows.splice(ROWS - BAD.refused, BAD.refused, ...modules);
  fs.writeFileSync(path.join(folder, "map.csv"), ["file,record_id,module", ...rows.map((row) => (row.split(",").length < 3 ? `${row},` : row))].join("\n"));
  const names = modules.map((_, n) => `Module${n}`).join(",");
  const sandbox = await start("--modules", `Leads,${names}`, "--credits", "1000000");
  const page = path.join(folder, "report.html");
  const options = ["--module", "Leads", "--no-journal", "--skip-missing", "--max-failures", "1000", "--report-thumbnails", `${THUMBNAILS}`];
  const where = ["--map", path.join(folder, "map.csv"), "--api-domain", sandbox.url, "--report", page];
  const env = { ...process.env, ZOHO_ACCESS_TOKEN: sandbox.token };
  const ran = spawnSync(process.env.PROGRAM, ["upload", ...where, ...options], { env, encoding: "utf8", maxBuffer: 1 << 26 });
  await sandbox.stop();
  if (ran.status !== 1) throw new Error(`status ${ran.status}: ${ran.stderr.slice(-500)}`);
  return page;
}

// Milliseconds until the page is loaded and drawn: the best of three, since others use the machine too.
async function loading(context, url) {
  const times = [];
  for (let round = 0; round < 3; round += 1) {
    const page = await context.newPage();
    const begun = performance.now();
    await page.goto(url, { waitUntil: "load" });
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    times.push(performance.now() - begun);
    await page.close();
  }
  return Math.min(...times);
}

async function content(page, report) {
  const facts = await page.evaluate(() => ({
    rows: document.querySelectorAll("section li").length,
    totals: [...document.querySelectorAll(".totals div")].map((div) => div.innerText.replace(/\s+/g, " ")),
    sections: [...document.querySelectorAll("section")].map((section) => [section.className, section.querySelector("h2").innerText]),
    foreign: document.querySelectorAll("script, link, iframe, b, form").length,
    odd: [...document.querySelectorAll(".name")].some((name) => name.textContent.includes("<b>&\"'é 写真.png")),
  }));
  const failed = BAD.broken + BAD.missing + BAD.refused;
  const totals = facts.totals.join(", ");
  const counted = totals.includes(`Ok ${(ROWS - failed).toLocaleString("en-US")}`) && facts.rows === ROWS;
  report.check("every row and the totals", counted, `${facts.rows} rows; ${totals}`);
  const kinds = facts.sections.map(([kind]) => kind);
  report.check("failures first", kinds.at(-1) === "good" && kinds.indexOf("good") === kinds.length - 1, JSON.stringify(facts.sections));
  report.check("a file's name is never markup", facts.odd && facts.foreign === 0, `${facts.foreign} elements`);
}

// All thumbnails can be decoded, weigh little, and show what they should: before and after look alike.
async function thumbnails(page, report) {
  const [pictures, heaviest, furthest] = await page.evaluate(async () => {
    const images = [...document.images];
    images.forEach((image) => (image.loading = "eager"));
    await Promise.all(images.map((image) => image.decode()));
    const pixels = (image) => {
      const canvas = new OffscreenCanvas(16, 16).getContext("2d");
      canvas.drawImage(image, 0, 0, 16, 16);
      return canvas.getImageData(0, 0, 16, 16).data;
    };
    const apart = (a, b) => pixels(a).reduce((sum, value, at) => sum + Math.abs(value - pixels.other[at]), 0) / 1024;
    let furthest = 0;
    for (const pair of document.querySelectorAll(".pictures")) {
      const [before, after] = pair.querySelectorAll("img");
      pixels.other = pixels(after);
      furthest = Math.max(furthest, apart(before, after));
    }
    const sizes = images.map((image) => Math.ceil((image.src.split(",")[1].length * 3) / 4));
    return [images.length, Math.max(...sizes), furthest];
  });
  const good = pictures > 2 && pictures <= 2 * THUMBNAILS && heaviest <= 8192 && furthest < 6;
  report.check("thumbnails", good, `${pictures} pictures, at most ${heaviest} bytes, before and after ${furthest.toFixed(1)} of 255 apart`);
}

async function looks(context, url, report) {
  for (const [width, colorScheme] of LOOKS) {
    const page = await open(context, url, width, colorScheme);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    // The first hundred rows: those of one kind look alike.
    await page.evaluate(() => [...document.querySelectorAll("section li:nth-child(n+30)")].forEach((row) => row.remove()));
    await judge(page, wide, width, colorScheme, report);
    await page.screenshot({ path: path.join(process.env.KEPT, `report-${width}-${colorScheme}.png`) });
    await page.evaluate(() => document.querySelector("section.good").scrollIntoView());
    await page.screenshot({ path: path.join(process.env.KEPT, `report-stored-${width}-${colorScheme}.png`) });
    await page.close();
  }
}

async function main() {
  const report = new Report("report page");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "report-"));
  try {
    const url = pathToFileURL(await write(folder)).href;
    const chromium = await browser();
    const context = await chromium.newContext();
    context.setDefaultTimeout(90000);
    const [outside, errors] = [[], []];
    context.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) outside.push(request.url());
    });
    context.on("weberror", (error) => errors.push(error.error()));
    context.on("console", (message) => errors.push(message.text()));
    const time = await loading(context, url);
    report.check("10,000 rows within 3 s", time < MOST_SECONDS * 1000, `${Math.round(time)} ms`);
    const page = await context.newPage();
    await page.goto(url);
    await content(page, report);
    await thumbnails(page, report);
    await page.close();
    await looks(context, url, report);
    report.check("nothing asked from elsewhere", outside.length === 0, outside);
    report.check("no errors in the console", errors.length === 0, errors);
    await chromium.close();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  report.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
