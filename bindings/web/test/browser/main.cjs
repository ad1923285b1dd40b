"use strict";
// The package in headless Chromium, and the sandbox's page that uses it.

const path = require("node:path");

const { Report, browser } = require("../../../../.ci/clients.d/sandboxes.js");
const { sandboxPage } = require("./sandbox_page.cjs");
const { thePackage } = require("./the_package.cjs");

async function main() {
  process.env.PROGRAM = process.env.PHOTO_PREP_CLI;
  const support = await import(path.join(__dirname, "../support.mjs"));
  const report = new Report("web");
  const chromium = await browser();
  for (const part of [thePackage, sandboxPage]) {
    const context = await chromium.newContext();
    // A busy machine is slow, and no failure.
    context.setDefaultTimeout(120000);
    await report.attempt(part.name, async () => {
      await part(context, report, support);
      return true;
    });
    await context.close();
  }
  await chromium.close();
  report.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
