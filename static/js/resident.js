// A resident's page: rings while a visit waits, and tells the building that this device shows it.

import { renew } from "./push.js";
import "./steady.js";
import { allow, isAllowed, play, stop, TONES } from "./tones.js";

const live = document.getElementById("live");
const sound = document.getElementById("sound");
const title = document.title;
const shown = new Set();

function heard() {
  const rings = [...live.querySelectorAll("[data-rings]")];
  [...live.querySelectorAll("[data-shows]")].filter((visit) => !shown.has(visit.dataset.shows)).forEach(tellShown);
  document.title = rings.length ? `● ${live.dataset.saysRing}` : title;
  if (rings.length) play(TONES.bell);
  else stop();
}

function tellShown(visit) {
  shown.add(visit.dataset.shows);
  const body = new URLSearchParams({ seal: visit.dataset.seal, stage: "shown" });
  fetch(visit.dataset.receipt, { method: "POST", body }).catch(() => shown.delete(visit.dataset.shows));
}

// Browsers let a page sound only after a tap: offer one, and take any.
function allowSound() {
  allow().then(() => { sound.textContent = sound.dataset.saysOn; sound.setAttribute("aria-pressed", "true"); });
}
sound.hidden = isAllowed();
sound.addEventListener("click", allowSound);
document.addEventListener("pointerdown", allowSound, { once: true });

new MutationObserver(heard).observe(live, { childList: true });
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
heard();
renew(document.getElementById("ringable"));
