// A keypad for one thumb, and a tap that is a tap: without this file there is a plain field and a plain form.

import "./device.js";

const KEYS = { back: (typed) => typed.slice(0, -1), clear: () => "" };
const LONGEST = 15000; // milliseconds without an answer, after which a tap may be tried again
let sent = null; // the button whose tap is on its way, and what it said

function showPads() {
  const isTouch = matchMedia("(pointer: coarse)").matches;
  for (const pad of document.querySelectorAll("[data-pad]")) pad.hidden = !isTouch;
}

// The field is not given the keyboard's place: the phone's own keyboard would cover the pad.
document.addEventListener("click", (event) => {
  const key = event.target.closest?.("[data-pad] button");
  if (!key) return;
  const field = document.getElementById(key.closest("[data-pad]").dataset.pad);
  field.value = (KEYS[key.value] ?? ((typed) => typed + key.value))(field.value);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("[data-tap]");
  if (!form || !event.submitter || event.submitter.hasAttribute("formaction")) return;
  if (sent) event.preventDefault();
  else begin(form, event.submitter);
});

function begin(form, button) {
  const words = button.querySelector("span");
  sent = { form, button, words, said: words.textContent, late: setTimeout(end, LONGEST) };
  words.textContent = form.dataset.tap;
  button.setAttribute("aria-busy", "true");
  form.querySelector("[data-sent]").hidden = false;
}

function end() {
  if (!sent) return;
  clearTimeout(sent.late);
  sent.words.textContent = sent.said;
  sent.button.removeAttribute("aria-busy");
  sent.form.querySelector("[data-sent]").hidden = true;
  sent = null;
}

addEventListener("pageshow", end); // back from the answer: the page may be the one that was left, busy as it was
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (sent && event.target.id === "invite-status") event.detail.shouldSwap = false; // the answer is a page of its own
});
document.body.addEventListener("htmx:afterSettle", showPads);
showPads();
