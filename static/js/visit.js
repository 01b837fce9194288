// The visit's page: what the server's fragment says drives everything here. Without this file the page still works.

import { Call } from "./call.js";
import { count } from "./countdown.js";
import "./steady.js";

const live = document.getElementById("live");
const notice = document.getElementById("notice");
const stage = document.getElementById("stage");
const announce = document.getElementById("announce");
const call = new Call(stage);
let told = false;

const status = () => document.getElementById("session-status");

function heard() {
  const now = status();
  if (!now) return;
  count(now);
  say(now.querySelector("[data-words]").innerText);
  call.offerHangUp();
  if (now.dataset.talk) call.start();
  else if (!now.dataset.live) call.end();
  else if (stage.dataset.role === "caller") call.prepare();
  if (stage.dataset.role === "callee" && now.dataset.live && !told) tellOpened(now);
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

heard();
