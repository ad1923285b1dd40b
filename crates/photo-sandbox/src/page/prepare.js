// Prepares the chosen picture in the browser, by the package @photo-prep/web, and shows what becomes of it.

import { check, prepare, probe } from "/sandbox/web/index.js";

// What is known of the chosen file: the promise of the picture that is sent, and what ends the work on it.
let job = null;
const addresses = [];

function address(blob) {
  addresses.push(URL.createObjectURL(blob));
  return addresses[addresses.length - 1];
}

function status(kind, text) {
  $("prepared-status").className = kind;
  $("prepared-status").textContent = text;
}

function hideAll() {
  addresses.splice(0).forEach((url) => URL.revokeObjectURL(url));
  for (const part of ["work", "location", "camera", "sizes"]) $(`prepared-${part}`).hidden = true;
  for (const part of ["compare", "compare-none"]) $(part).hidden = true;
  $("prepared-violations").replaceChildren();
  $("prepared-sizes").tBodies[0].replaceChildren();
  for (const part of ["location", "camera"]) $(`prepared-${part}`).textContent = "";
  status("", "");
}

// The place in words that anybody understands, before it goes.
function showPrivate({ location, camera, taken }) {
  if (location) {
    const [north, east] = [location.latitude, location.longitude].map((degrees) => degrees.toFixed(6));
    $("prepared-location").textContent = `This file tells where it was taken: latitude ${north}, longitude ${east}. What is sent does not.`;
    $("prepared-location").hidden = false;
  }
  const told = [camera, taken].filter(Boolean).join(", ");
  if (told) {
    $("prepared-camera").textContent = `It also tells: ${told}. That goes too.`;
    $("prepared-camera").hidden = false;
  }
}

function showVerdict(verdict) {
  const lines = verdict.violations.map(({ message }) => element("li", "", message));
  $("prepared-violations").replaceChildren(...lines);
}

function row(name, before, after) {
  return element("tr", "", element("th", "", name), element("td", "", before), element("td", "", after));
}

function showSizes(info, prepared) {
  const size = (width, height) => `${width} x ${height}`;
  const bytes = (count) => `${count.toLocaleString("en")} bytes`;
  $("prepared-sizes").tBodies[0].replaceChildren(
    row("Format", info.format.toUpperCase(), prepared.format.toUpperCase()),
    row("Pixels, upright", size(info.width, info.height), size(prepared.width, prepared.height)),
    row("File", bytes(info.bytes), bytes(prepared.bytes.length)),
  );
  $("prepared-sizes").hidden = false;
}

// Both pictures on top of each other; the slider says where one ends. Not every browser shows HEIC and TIFF.
async function showPictures(file, prepared) {
  const [before, after] = [$("compare-before"), $("compare-after")];
  after.src = address(prepared.blob);
  before.src = address(file);
  await after.decode();
  const shown = await before.decode().then(() => true, () => false);
  if (!shown) before.src = after.src;
  $("compare-none").hidden = shown;
  $("compare").hidden = false;
  place(shown ? 50 : 0);
}

function place(percent) {
  $("compare-at").value = percent;
  $("compare-frame").style.setProperty("--at", `${percent}%`);
}

async function work(file, signal) {
  const watch = { signal, onProgress: ({ fraction }) => ($("prepared-progress").value = fraction) };
  const info = await probe(file, { signal });
  showPrivate(info.private);
  showVerdict(await check(file, { signal, deep: false }));
  const began = performance.now();
  const prepared = await prepare(file, watch);
  const took = ((performance.now() - began) / 1000).toFixed(2);
  const same = prepared.verdict === "compliant";
  status("good", same ? "Compliant: sent as it is, to the byte." : `Not compliant as it was; prepared in ${took} s. What kept it from going as it was:`);
  showSizes(info, prepared);
  await showPictures(file, prepared);
  return new File([prepared.blob], prepared.named(file.name), { type: prepared.type });
}

async function begin(file) {
  const controller = new AbortController();
  $("prepared").hidden = false;
  $("prepared-work").hidden = false;
  $("send").disabled = true;
  status("", "Preparing …");
  const sent = work(file, controller.signal);
  job = { file, controller, sent };
  const mine = job;
  const done = await sent.then(() => null, (error) => error);
  if (job !== mine) return;
  $("prepared-work").hidden = true;
  $("send").disabled = false;
  if (done?.name === "AbortError") status("bad", "Canceled. Uploading sends the file as it was chosen.");
  else if (done) status("bad", `${done.message} ${done.help ?? ""} Uploading sends the file as it was chosen.`);
}

// Whatever was under way is ended: only one file is chosen at a time.
function restart() {
  job?.controller.abort();
  job = null;
  hideAll();
  $("prepared").hidden = true;
  $("send").disabled = false;
  const file = $("file").files[0];
  if (file && $("prepare").checked) begin(file);
}

photoFor = (file) => (job?.file === file ? job.sent.catch(() => file) : file);
$("file").accept = "image/*,.heic,.heif,.hif,.tif,.tiff";
document.querySelector("label[for=file]").textContent = "Photo (JPEG, PNG, GIF, BMP, WebP, TIFF or HEIC)";
$("file").addEventListener("change", restart);
$("prepare").addEventListener("change", restart);
$("prepared-cancel").addEventListener("click", () => job?.controller.abort());
$("compare-at").addEventListener("input", (event) => place(event.target.value));
restart();
