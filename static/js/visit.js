// The visit's page: what the server's fragment says drives everything here. Without this file the page still works.

import { Call } from "./call.js";
import { count } from "./countdown.js";
import "./steady.js";
import { play, stop, TONES } from "./tones.js";
import { listen } from "./written.js";

const live = document.getElementById("live");
const notice = document.getElementById("notice");
const stage = document.getElementById("stage");
const announce = document.getElementById("announce");
const isWritten = stage.dataset.mode === "message"; // no call: nobody is rung and no microphone is asked for
const call = new Call(stage);
let told = false;
let late = 0;

const status = () => document.getElementById("session-status");

function heard() {
  const now = status();
  if (!now) return;
  count(now);
  if (isWritten) call.end();
  else if (now.dataset.talk) call.start();
  else if (!now.dataset.live || now.dataset.state === "active") call.end(); // over, or somebody else's
  else if (stage.dataset.role === "caller") call.prepare();
  call.controls.tell();
  sound(now);
  word();
  listen(now);
  clearTimeout(late);
  const [left] = now.querySelectorAll("[data-countdown]");
  // The time that it counts down is up, or that after which it says more though nothing came.
  const seconds = Math.min(...[left?.dataset.countdown, now.dataset.again].filter(Boolean).map(Number));
  if (seconds < Infinity) late = setTimeout(ask, 1000 * seconds + 500);
  if (stage.dataset.role === "callee" && now.dataset.live && !told) tellOpened(now);
}

/** That the two hear each other is known here alone: the fragment brings the words for it along. */
function word() {
  const now = status();
  if (!now) return;
  for (const part of call.isHeard ? now.querySelectorAll("[data-talking]") : []) part.textContent = part.dataset.talking;
  say(now.querySelector("[data-words]").innerText);
}

/** The caller hears that it rings where it does, the resident that somebody waits. */
function sound(now) {
  if (stage.dataset.role === "callee" && now.querySelector("#tap-answer")) play(TONES.bell);
  else if (stage.dataset.role === "caller" && now.dataset.state === "ringing" && !isWritten) play(TONES.ringback);
  else stop();
}

/** For those who listen: a region that stays, told only what is new. */
function say(words) {
  if (announce.textContent !== words) announce.textContent = words;
}

/** This device opened the visit's page: the visitor may read that somebody is looking. */
function tellOpened(now) {
  const seal = now.querySelector("input[name=seal]");
  if (!seal) return;
  told = true;
  fetch(stage.dataset.receipt, { method: "POST", body: new URLSearchParams({ seal: seal.value, stage: "opened" }) })
    .catch(() => {});
}

new MutationObserver(heard).observe(live, { childList: true });
call.addEventListener("change", word);
live.addEventListener("click", (event) => { if (event.target.closest?.("#tap-answer")) call.answer(); });

// Whoever is told that the visit is not theirs (any more) lets go of the microphone at once.
document.body.addEventListener("htmx:wsClose", ({ detail }) => { if (detail.event?.code === 4403) call.end(); });
document.body.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.requestConfig.verb === "get" && [403, 404, 410].includes(detail.xhr.status)) call.end();
});

// A fault of one try is shown beside the last thing that is known, and taken away by the next answer.
document.body.addEventListener("htmx:sendError", () => document.body.classList.add("is-offline"));
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  document.body.classList.remove("is-offline");
  if (event.detail.requestConfig.verb === "get") notice.replaceChildren();
});

// Back from sleep or from the browser's history: ask before anything can be tapped.
const ask = () => { const now = status(); if (now?.hasAttribute("hx-get")) window.htmx.trigger(now, "look"); };
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
window.addEventListener("online", ask);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });

// A fragment that came by the socket rests, and trusts that the next one comes by itself. Without the socket it is
// asked for as often as any other.
const askAlone = () => { if (status()?.hasAttribute("data-pushed")) ask(); };
let alone = 0;
document.body.addEventListener("htmx:wsClose", () => {
  if (alone) return; // a try to come back that failed
  alone = setInterval(askAlone, 2000);
  askAlone();
});
document.body.addEventListener("htmx:wsOpen", () => { clearInterval(alone); alone = 0; });

heard();
