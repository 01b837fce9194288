// The page of an invite: it looks again by itself, and no button outlives what the building last said.

import "./steady.js";

const live = document.getElementById("live");
const notice = document.getElementById("notice");
const announce = document.getElementById("announce");
const ends = new WeakMap();
const opened = new Set();
let state = "";

const status = () => document.getElementById("invite-status");

function heard() {
  const now = status();
  if (!now) return;
  if (state && state !== now.dataset.state) say(now.querySelector("[data-words]")?.innerText ?? announce.dataset.saysOpen);
  state = now.dataset.state;
  opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (navigator.clipboard) now.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  now.querySelectorAll("[data-zone]").forEach(tellZone);
  if (now.querySelector("[data-tap]")) import("./pad.js");
  const { forget } = now.dataset;
  if (forget || now.querySelector("[data-device]")) import("./device.js").then((device) => forget && device.forget(forget));
  offerToKeep(now);
  if (now.querySelector("[data-countdown]")) import("./countdown.js").then(({ count }) => count(now));
  tick();
}

/** For those who listen: a region that stays, told only what is new. */
function say(words) {
  announce.textContent = "";
  setTimeout(() => { announce.textContent = words; }, 50);
}

// -- until the button comes

function tick() {
  for (const clock of live.querySelectorAll("[data-left]")) {
    if (!ends.has(clock)) ends.set(clock, performance.now() + 1000 * Number(clock.dataset.left));
    const left = Math.max(0, Math.ceil((ends.get(clock) - performance.now()) / 1000));
    clock.hidden = left >= 86400; // further off, words say it better
    clock.previousElementSibling.hidden = !clock.hidden;
    clock.textContent = digits(left);
    if (left === 0) look();
  }
}

function digits(seconds) {
  const hours = Math.floor(seconds / 3600);
  const parts = [...(hours ? [hours] : []), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}

setInterval(tick, 1000);

// -- the building's clock, for a guest who reads another one

function tellZone(note) {
  const at = new Date(note.dataset.at ?? Date.now());
  if (wall(at) === wall(at, note.dataset.zone)) { note.hidden = true; return; }
  if (!note.dataset.at || note.dataset.told) return;
  const style = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  const lang = document.documentElement.lang;
  const own = navigator.languages.find((one) => one.split("-")[0] === lang.split("-")[0]); // with its region
  const when = new Intl.DateTimeFormat(own ?? lang, style).format(at);
  note.append(` ${note.dataset.saysHere.replace("{when}", `\u2068${when}\u2069`)}`);
  note.dataset.told = "1";
}

function wall(at, timeZone) {
  try {
    return at.toLocaleString("en", { timeZone });
  } catch {
    return ""; // a zone that this browser does not know
  }
}

// -- copying

live.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return; // the text stands beside it
  }
  say(announce.dataset.saysCopied);
  button.classList.add("is-copied");
  setTimeout(() => button.classList.remove("is-copied"), 1500);
});

// -- keeping it for when there is no signal

function offerToKeep(now) {
  if (!navigator.serviceWorker || !window.caches) return;
  const button = now.querySelector("[data-keep]");
  if (button) button.parentElement.hidden = false;
  caches.has("passes").then((has) => has && import("./keep.js").then(({ tend }) => tend(button))).catch(() => {});
}

live.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-keep]");
  if (!button) return;
  const { toggle } = await import("./keep.js");
  try {
    say(await toggle(button));
  } catch {
    return; // no room on the phone, or no connection: the button says the same as before
  }
});

// -- what arrives, and what is in the middle of something

live.addEventListener("toggle", ({ target }) => opened[target.open ? "add" : "delete"](target.id), true);

// A half-typed word or PIN stays, as long as the invite is what it was.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const now = status();
  const field = document.activeElement;
  if (event.detail.target !== now || !now.contains(field) || !field.matches("input, textarea")) return;
  if (event.detail.serverResponse.includes(`data-state="${now.dataset.state}"`)) event.detail.shouldSwap = false;
});

new MutationObserver(heard).observe(live, { childList: true });

let trueAt = new Date();
document.body.addEventListener("htmx:sendError", () => {
  const banner = document.getElementById("offline");
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(trueAt);
  banner.textContent = banner.dataset.says.replace("{time}", `\u2068${time}\u2069`);
  document.body.classList.add("is-offline");
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  trueAt = new Date();
  document.body.classList.remove("is-offline");
  if (event.detail.requestConfig.verb === "get") notice.replaceChildren();
});

// A page that comes back from the browser's history is deaf until it was fetched anew.
window.addEventListener("pagehide", () => { live.inert = true; });
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
window.addEventListener("online", look);
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

function look() {
  const now = status();
  if (now?.hasAttribute("hx-get")) window.htmx.trigger(now, "look");
}

heard();
