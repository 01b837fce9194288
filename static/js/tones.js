// The bell at home and the tone that a caller hears, made on the spot. One at a time.

const BELL = { every: 2500, notes: [[659, 0, 1, 0.4], [523, 0.45, 1, 0.4]], wave: "triangle" }; // as a house bell has them
const RINGBACK = { every: 5000, notes: [[425, 0, 1.1, 0.06]], wave: "sine" }; // as telephones have it
export const TONES = { bell: BELL, ringback: RINGBACK };

let audio = null;
let playing = null;
let timer = 0;
let waves = [];

/** Browsers let a page sound only after a tap. */
export function isAllowed() {
  audio ??= new AudioContext();
  return audio.state === "running";
}

/** Take any tap for it. */
export function allow() {
  audio ??= new AudioContext();
  return audio.resume();
}

/** Again and again until it is stopped or another one is wanted. */
export function play(tone) {
  if (playing === tone) return;
  stop();
  playing = tone;
  sound();
  timer = setInterval(sound, tone.every);
}

export function stop() {
  if (!playing) return;
  clearInterval(timer);
  for (const wave of waves) wave.stop();
  waves = [];
  if (playing === BELL) vibrate(0);
  playing = null;
}

function sound() {
  if (playing === BELL) vibrate([300, 150, 300]);
  if (!isAllowed()) return;
  waves = playing.notes.map((note) => struck(playing.wave, ...note));
}

function struck(type, frequency, after, lasts, loud) {
  const at = audio.currentTime + after;
  const wave = new OscillatorNode(audio, { frequency, type });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(loud, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + lasts - 0.1);
  wave.connect(volume).connect(audio.destination);
  wave.start(at);
  wave.stop(at + lasts);
  return wave;
}

// Browsers refuse it, and complain, before the first tap.
function vibrate(pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}

document.addEventListener("pointerdown", allow, { once: true });
