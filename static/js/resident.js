// A resident's page: rings while a visit waits, and tells the building that this device shows it.

import "./steady.js";

const live = document.getElementById("live");
const sound = document.getElementById("sound");
const title = document.title;
const shown = new Set();
let audio = null;
let bell = null;

function heard() {
  const rings = [...live.querySelectorAll("[data-rings]")];
  rings.filter((visit) => !shown.has(visit.dataset.rings)).forEach(tellShown);
  document.title = rings.length ? `● ${live.dataset.saysRing}` : title;
  if (rings.length && !bell) { ring(); bell = setInterval(ring, 2500); }
  if (!rings.length && bell) { clearInterval(bell); bell = null; vibrate(0); }
}

function tellShown(visit) {
  shown.add(visit.dataset.rings);
  const body = new URLSearchParams({ seal: visit.dataset.seal, stage: "shown" });
  fetch(visit.dataset.receipt, { method: "POST", body }).catch(() => shown.delete(visit.dataset.rings));
}

/** Two tones, as a house bell has them. */
function ring() {
  vibrate([300, 150, 300]);
  audio ??= new AudioContext();
  sound.hidden = audio.state === "running";
  if (audio.state !== "running") return;
  tone(659, 0);
  tone(523, 0.45);
}

// Browsers refuse it, and complain, before the first tap.
function vibrate(pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}

function tone(pitch, after) {
  const at = audio.currentTime + after;
  const wave = new OscillatorNode(audio, { frequency: pitch, type: "triangle" });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.9);
  wave.connect(volume).connect(audio.destination);
  wave.start(at);
  wave.stop(at + 1);
}

// Browsers let a page sound only after a tap: offer one, and take any.
function allowSound() {
  audio ??= new AudioContext();
  audio.resume().then(() => { sound.textContent = sound.dataset.saysOn; sound.setAttribute("aria-pressed", "true"); });
}
audio = new AudioContext();
sound.hidden = audio.state === "running";
sound.addEventListener("click", allowSound);
document.addEventListener("pointerdown", allowSound, { once: true });

new MutationObserver(heard).observe(live, { childList: true });
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
heard();
