// Lets this phone ring, in a tap, and sees it proved. Without this file the page says what is needed.

import { canRing, enrol, renew, worker } from "./push.js";

const PATIENCE = 12000; // milliseconds until it is said that the proof is late
const place = document.getElementById("this-phone");
const told = document.getElementById("told");
const phones = () => document.getElementById("phones");
const isApp = navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;
let before = null; // when it was last proved, before the ring that is under way
let looking = 0;
let late = 0;

function state() {
  if (!canRing) return navigator.standalone === false && !isApp ? "homeless" : "unable";
  if (Notification.permission === "denied") return "denied";
  if (!phones().dataset.mark || Notification.permission !== "granted") return "ready";
  return phones().dataset.proven ? "on" : "unproved";
}

function show() {
  const now = state();
  for (const part of place.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== now;
}

const say = (words) => { if (told.textContent !== words) told.textContent = words; };
const look = () => window.htmx.trigger(phones(), "look");

async function begin() {
  say(place.dataset.saysAsking);
  const answer = await Notification.requestPermission();
  if (answer !== "granted") { say(""); show(); return; }
  say(place.dataset.saysProving);
  before = phones().dataset.proven;
  try {
    const refusal = await enrol(place, true);
    if (refusal) { before = null; say(refusal); return; }
  } catch {
    before = null;
    say(place.dataset.saysFailed);
    return;
  }
  prove();
}

/** Asks often until the phone itself has said that it showed the ring. */
function prove() {
  look();
  clearInterval(looking);
  clearTimeout(late);
  looking = setInterval(look, 1000);
  late = setTimeout(() => {
    if (before === null) return;
    say(place.dataset.saysWaiting);
    clearInterval(looking);
    looking = setInterval(look, 4000);
  }, PATIENCE);
}

function heard() {
  place.dataset.mark = phones().dataset.mark;
  show();
  if (before === null || phones().dataset.proven === before) return;
  before = null;
  clearInterval(looking);
  clearTimeout(late);
  say(place.dataset.saysProved);
}

document.getElementById("let-ring").addEventListener("click", begin);
place.querySelector("[data-again]").addEventListener("click", begin);
document.body.addEventListener("htmx:afterSwap", heard);
document.body.addEventListener("htmx:beforeSwap", (event) => { // whoever types a name is not interrupted
  if (phones().querySelector("details[open]")) event.detail.shouldSwap = false;
});
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) { show(); look(); } });
if (canRing) {
  navigator.serviceWorker.addEventListener("message", look); // a receipt went off
  worker().catch(() => {});
  renew(place).then(look);
}
show();
