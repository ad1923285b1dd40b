"use strict";

// Leaves what the grant brought for the page that asked for it, which listens to changes of the storage. The
// token comes last: it is what that page waits for.
const brought = new URLSearchParams(location.hash.slice(1));
const keys = [...brought.keys()].filter((key) => key !== "access_token");
for (const key of [...keys, ...(brought.has("access_token") ? ["access_token"] : [])]) {
  localStorage.setItem(key, brought.get(key));
}
if (brought.has("error")) {
  document.getElementById("title").textContent = "Access was not granted";
}
history.replaceState(null, "", location.pathname);
window.close();
