// The README's example is run, from the package as it is packed and installed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { BUILT, FIXTURES, ROOT, withFolder } from "./support.mjs";

const README = readFileSync(path.join(ROOT, "bindings/web/README.md"), "utf8");

test("the example of the README, with the packed package", () =>
  withFolder((folder) => {
    const [, example] = README.match(/```js run\n(.*?)```/s);
    writeFileSync(path.join(folder, "package.json"), '{ "private": true, "type": "module" }');
    const install = ["install", "--silent", "--no-audit", "--no-fund", "--offline", path.join(BUILT, "photo-prep-web.tgz")];
    execFileSync("npm", install, { cwd: folder, timeout: 120_000 });
    copyFileSync(path.join(FIXTURES, "jpeg_private_turned.jpg"), path.join(folder, "IMG_0815.jpg"));
    writeFileSync(path.join(folder, "example.js"), example);
    const told = execFileSync(process.execPath, ["example.js"], { cwd: folder, encoding: "utf8", timeout: 120_000 });
    const words = [/latitude: /, /fixable: on its side/, /^48 36$/m, /^unknown_format$/m];
    for (const wanted of words) assert.match(told, wanted);
    assert.deepEqual([...readFileSync(path.join(folder, "portrait.jpg")).subarray(0, 2)], [0xff, 0xd8]);
  }));

test("all names of options are in the types", async () => {
  const { optionNames } = await import("../../../target/web/package/index.js");
  const types = readFileSync(path.join(ROOT, "bindings/web/js/index.d.ts"), "utf8");
  const interface_ = types.slice(types.indexOf("interface Options"), types.indexOf("/** A step of the work"));
  const declared = [...interface_.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name);
  assert.deepEqual(declared.toSorted(), (await optionNames()).toSorted());
});

test("the version is that of the crates", () => {
  const version = JSON.parse(readFileSync(path.join(ROOT, "bindings/web/package.json"), "utf8")).version;
  for (const file of ["Cargo.toml", "bindings/web/Cargo.toml"]) {
    assert.match(readFileSync(path.join(ROOT, file), "utf8"), new RegExp(`^version = "${version}"$`, "m"), file);
  }
});
