// The camera at the door, for who answered: a single picture at once, then moving ones, and the truth about their age.

import { parts } from "./mjpeg.js";

const SINGLE = 1000; // ms between two single pictures
const GONE = 4000; // ms, of a camera that did not answer
const AGAIN = 15000; // ms until a moving picture that was refused is asked for again
const STALLED = 8000; // ms without the next picture of a moving one
const OLD = 3000; // ms: what is older is not called live
const FIRST_FRAME = 6000; // ms for the video of go2rtc to begin
const CLOCK = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const live = document.getElementById("live");
const place = document.getElementById("cameras");
let player = null;
let isAsking = false;

const pause = (ms, signal) => new Promise((done) => {
  const waiting = setTimeout(done, ms);
  signal.addEventListener("abort", () => { clearTimeout(waiting); done(); }, { once: true });
});

/** Aborted with this signal, or when nothing came since `wait` for too long. */
function linked(signal) {
  const own = new AbortController();
  const abort = () => own.abort();
  own.rest = () => clearTimeout(own.late);
  own.wait = () => { own.rest(); own.late = setTimeout(abort, STALLED); };
  own.wait();
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return own;
}

class Player {
  constructor(figure) {
    this.figure = figure;
    this.box = figure.querySelector(".camera__box");
    this.canvas = figure.querySelector("canvas");
    this.video = figure.querySelector("video");
    this.age = figure.querySelector(".camera__age");
    this.note = figure.querySelector(".camera__note");
    this.tabs = [...figure.querySelectorAll(".camera__tab")];
    this.clock = setInterval(() => this.#tell(), 500);
    this.box.addEventListener("click", () => this.#enlarge(!this.figure.classList.contains("is-large")));
    this.escape = (event) => { if (event.key === "Escape") this.#enlarge(false); };
    document.addEventListener("keydown", this.escape);
    for (const tab of this.tabs) tab.addEventListener("click", () => this.#choose(tab));
    this.#choose(this.tabs[0]);
  }

  #enlarge(isLarge) {
    this.figure.classList.toggle("is-large", isLarge);
    this.box.setAttribute("aria-pressed", isLarge);
  }

  #choose(tab) {
    this.running?.abort();
    this.running = new AbortController();
    for (const other of this.tabs) other.setAttribute("aria-pressed", other === tab);
    this.figure.querySelector(".camera__label").textContent = tab.textContent;
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.at = 0;
    this.isMoving = this.isGone = false;
    this.#tell();
    this.#run(tab.dataset, this.running.signal);
  }

  end() {
    this.running.abort();
    clearInterval(this.clock);
    document.removeEventListener("keydown", this.escape);
    this.figure.remove();
  }

  /** The best that there is, for as long as this camera is the chosen one. */
  async #run(camera, signal) {
    let video = Boolean(camera.webrtc && window.RTCPeerConnection);
    let askAt = 0;
    while (!signal.aborted) {
      if (document.hidden) { await pause(SINGLE, signal); continue; }
      await this.#single(camera.camera, signal);
      if (video) video = await this.#watch(camera.webrtc, signal);
      else if (camera.stream && performance.now() >= askAt) {
        if (!(await this.#move(camera.stream, signal))) askAt = performance.now() + AGAIN;
      }
      this.isMoving = false;
      if (!signal.aborted) await pause(this.isGone ? GONE : SINGLE, signal);
    }
  }

  async #single(url, signal) {
    const stalled = linked(signal);
    try {
      const answer = await fetch(url, { signal: stalled.signal });
      if (answer.status === 204 || answer.status === 403) return close();
      if (!answer.ok) throw new Error(answer.status);
      await this.#draw(await answer.blob(), signal);
    } catch { this.isGone = !signal.aborted; } finally { stalled.rest(); }
  }

  /** Whether it moved at all; it ends every minute, and is asked for anew. */
  async #move(url, signal) {
    const stalled = linked(signal);
    let moved = false;
    try {
      const answer = await fetch(url, { signal: stalled.signal });
      if (answer.status !== 200) return false;
      for await (const jpeg of parts(answer.body)) {
        stalled.wait();
        await this.#draw(new Blob([jpeg], { type: "image/jpeg" }), signal);
        this.isMoving = moved = true;
        if (document.hidden) break;
      }
    } catch { /* what is shown grows old, and says so */ }
    stalled.rest();
    stalled.abort();
    return moved;
  }

  async #draw(blob, signal) {
    const picture = await createImageBitmap(blob);
    if (!signal.aborted) {
      if (this.canvas.width !== picture.width) this.canvas.width = picture.width;
      if (this.canvas.height !== picture.height) this.canvas.height = picture.height;
      this.canvas.getContext("2d").drawImage(picture, 0, 0);
      this.#seen();
    }
    picture.close();
  }

  #seen() {
    this.at = Date.now();
    this.isGone = false;
    this.#tell();
  }

  /** go2rtc's video. False where it never comes: then it is not tried again. */
  async #watch(url, signal) {
    const ice = JSON.parse(document.getElementById("stage")?.dataset.ice || "[]");
    const line = new RTCPeerConnection({ iceServers: ice });
    try {
      line.ontrack = ({ streams, track }) => { this.video.srcObject = streams[0] ?? new MediaStream([track]); };
      line.addTransceiver("video", { direction: "recvonly" });
      await line.setLocalDescription();
      await gathered(line, signal);
      const headers = { "Content-Type": "application/sdp", "X-Seal": this.figure.dataset.seal };
      const answer = await fetch(url, { method: "POST", headers, body: line.localDescription.sdp, signal });
      if (answer.status !== 200) return false;
      await line.setRemoteDescription({ type: "answer", sdp: await answer.text() });
      return await this.#follow(line, signal);
    } catch { return false; } finally {
      line.close();
      this.video.hidden = true;
      this.canvas.hidden = false;
      this.video.srcObject = null;
    }
  }

  /** While frames come. Whether any did. */
  async #follow(line, signal) {
    const begun = performance.now();
    let last = 0;
    const next = () => {
      last = performance.now();
      this.video.hidden = !(this.canvas.hidden = this.isMoving = true);
      this.#seen();
      this.video.requestVideoFrameCallback(next);
    };
    this.video.requestVideoFrameCallback(next);
    this.video.hidden = false; // some browsers decode nothing for a video that is not there
    this.canvas.hidden = false;
    while (!signal.aborted && line.connectionState !== "failed") {
      if (performance.now() - (last || begun) > (last ? STALLED : FIRST_FRAME)) break;
      await pause(250, signal);
    }
    return last > 0;
  }

  /** How old the picture is, in words. */
  #tell() {
    const says = this.figure.dataset;
    const isOld = Date.now() - this.at > OLD;
    const time = `\u2068${CLOCK.format(this.at)}\u2069`;
    const age = !this.at ? (this.isGone ? "" : says.saysWaiting)
      : this.isMoving && !isOld ? says.saysLive : says.saysAsOf.replace("{time}", time);
    const gone = this.isGone && isOld ? says.saysGone : "";
    if (this.age.textContent !== age) this.age.textContent = age;
    if (this.note.textContent !== gone) this.note.textContent = gone;
    this.figure.classList.toggle("is-live", age === says.saysLive);
    this.figure.classList.toggle("is-gone", gone !== "");
    this.figure.classList.toggle("is-blank", !this.at);
  }
}

/** Its ways out are in the offer: go2rtc is asked once. */
function gathered(line, signal) {
  const done = new Promise((end) => {
    const look = () => { if (line.iceGatheringState === "complete") end(); };
    line.addEventListener("icegatheringstatechange", look);
    look();
  });
  return Promise.race([done, pause(1500, signal)]);
}

/** The cameras that there are, once this side has answered. */
async function open() {
  if (player || isAsking) return;
  isAsking = true;
  try {
    const answer = await fetch(place.dataset.from);
    if (answer.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const figure = document.adoptNode(page.querySelector(".camera"));
    if (!isOurs()) return;
    place.replaceChildren(figure);
    place.hidden = false;
    player = new Player(figure);
  } catch { /* no picture; the page says all the rest */ } finally { isAsking = false; }
}

function close() {
  player?.end();
  player = null;
  place.hidden = true;
}

const isOurs = () => Boolean(document.getElementById("session-status")?.dataset.talk);
const look = () => (isOurs() ? open() : close());

if (place && live) {
  new MutationObserver(look).observe(live, { childList: true });
  window.addEventListener("pagehide", close);
  look();
}
