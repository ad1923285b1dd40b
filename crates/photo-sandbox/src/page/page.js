"use strict";

const $ = (id) => document.getElementById(id);
const KEYS = ["access_token", "expires_in", "expires_in_sec", "error"];
const SHOWN_REQUESTS = 50;

// Builds an element; texts are always texts, never markup.
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function show(kind, title, detail) {
  $("result").className = kind;
  $("result").replaceChildren(element("p", "", title));
  if (detail) $("result").append(element("pre", "", element("code", "", detail)));
}

function heldToken() {
  const held = sessionStorage.getItem("access_token");
  return held && Date.now() < Number(sessionStorage.getItem("renew_at")) ? held : null;
}

function keep(token, lifetime) {
  sessionStorage.setItem("access_token", token);
  // A minute early, as the endpoint's own sample does.
  sessionStorage.setItem("renew_at", String(Date.now() + (lifetime - 60) * 1000));
}

// Takes what the redirect page left, once.
function takeGrant() {
  const found = Object.fromEntries(KEYS.map((key) => [key, localStorage.getItem(key)]));
  KEYS.forEach((key) => localStorage.removeItem(key));
  return found;
}

// Asks for a token in a window of its own. Must be called by a click, or browsers block the window.
function askForToken() {
  takeGrant();
  const parameters = new URLSearchParams({
    response_type: "token",
    client_id: "1000.SANDBOXPAGE",
    scope: "ZohoCRM.modules.ALL",
    redirect_uri: location.origin + "/sandbox/redirect",
    state: "sandbox-page",
  });
  const opened = window.open("/oauth/v2/auth?" + parameters, "", "popup,width=480,height=640");
  return new Promise((resolve, reject) => {
    if (!opened) {
      reject(new Error("The browser blocked the window that grants a token. Allow it for this page and try again."));
      return;
    }
    const finish = (settle, value) => {
      clearInterval(watch);
      removeEventListener("storage", check);
      settle(value);
    };
    const check = () => {
      if (!localStorage.getItem("access_token") && !localStorage.getItem("error")) return false;
      const grant = takeGrant();
      if (grant.access_token) {
        const seconds = Number(grant.expires_in_sec || grant.expires_in || 3600);
        keep(grant.access_token, seconds);
        finish(resolve, grant.access_token);
      } else {
        finish(reject, new Error("No token was granted: " + grant.error));
      }
      return true;
    };
    addEventListener("storage", check);
    const watch = setInterval(() => {
      if (!check() && opened.closed) finish(reject, new Error("The window was closed before a token was granted."));
    }, 250);
  });
}

function send(token, file) {
  const query = $("triggers").checked ? "?restrict_triggers=workflow" : "";
  const path = [$("module").value, $("record").value.trim()].map(encodeURIComponent).join("/");
  const form = new FormData();
  form.append("file", file, file.name);
  return fetch(`/crm/v2/${path}/photo${query}`, {
    method: "POST",
    headers: { Authorization: "Zoho-oauthtoken " + token },
    body: form,
  });
}

async function upload(file) {
  let response = await send(heldToken() || (await askForToken()), file);
  if (response.status === 401) sessionStorage.removeItem("access_token");
  const text = await response.text();
  let answer = {};
  try {
    answer = JSON.parse(text);
  } catch {
    // An HTML page or nothing, as a fault may have it.
  }
  const code = answer.code || "no code";
  const hint = response.status === 401 ? " Upload again for a new token." : "";
  show(response.ok ? "good" : "bad", `${response.status} ${code}: ${answer.message || "no message"}${hint}`, text);
}

// What is sent for a file: the file itself, or what prepare.js has made of it, where the sandbox has that.
let photoFor = async (file) => file;

$("upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = $("file").files[0];
  $("send").disabled = true;
  show("", "Uploading …");
  try {
    await upload(await photoFor(file));
  } catch (error) {
    show("bad", error.message);
  }
  $("send").disabled = false;
});

function photo(entry, version) {
  const address = `/sandbox/photos/${encodeURIComponent(entry.module)}/${encodeURIComponent(entry.record)}`;
  const image = element("img");
  image.src = `${address}?${version}`;
  image.alt = `Photo of ${entry.module} ${entry.record}`;
  image.loading = "lazy";
  const link = element("a", "", image, element("b", "", `${entry.module} ${entry.record}`));
  link.href = address;
  const size = `${entry.content_type.replace("image/", "").toUpperCase()}, ${entry.bytes.toLocaleString("en")} bytes`;
  const triggers = entry.restrict_triggers === null ? "workflows may run" : "workflows kept from running";
  const name = entry.filename || "no file name";
  return element("li", "", link, ...[name, size, triggers].map((line) => element("span", "quiet", line)));
}

async function refreshPhotos() {
  const { photos } = await (await fetch("/sandbox/photos")).json();
  $("no-photos").hidden = photos.length > 0;
  $("photos").replaceChildren(...photos.map((entry) => photo(entry, Date.now())));
}

// A path that may break before each of its parts.
function breakable(path) {
  return path.split("/").flatMap((part, at) => (at === 0 ? [part] : [element("wbr"), "/" + part]));
}

function request(event) {
  const good = event.status !== null && event.status < 400;
  const status = event.status === null ? "reset" : String(event.status);
  const cells = [
    element("td", "number", String(event.number)),
    element("td", "status " + (good ? "good" : "bad"), status),
    element("td", "", element("code", "", event.method + " ", ...breakable(event.path))),
    element("td", "number", String(event.ms)),
  ];
  $("requests").prepend(element("tr", "", ...cells));
  while ($("requests").rows.length > SHOWN_REQUESTS) $("requests").lastElementChild.remove();
  $("no-requests").hidden = true;
  $("requests-box").hidden = false;
}

let latest = 0;
let pending = null;
const events = new EventSource("/sandbox/events");
events.onmessage = (message) => {
  const event = JSON.parse(message.data);
  // After a pause the last events come again.
  if (event.number <= latest) return;
  latest = event.number;
  request(event);
  if (event.path.endsWith("/photo") && pending === null) {
    pending = setTimeout(() => {
      pending = null;
      refreshPhotos();
    }, 100);
  }
};
refreshPhotos();
