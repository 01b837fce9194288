// A call as its page shows it: what is sent, the line, the buttons, and one sentence for how it stands.

import { Controls } from "./controls.js";
import { canTalk, Line } from "./line.js";
import { Media } from "./media.js";

const SOON = 1500; // ms that an answer waits for the microphone; after that it follows when it comes
const UNHEARD = ["asking", "silent", "refused", "missing", "busy", "none"]; // why they don't hear us
const UNSEEN = ["refused", "missing", "busy"];

/** Says "change" when the two begin or cease to hear each other. */
export class Call extends EventTarget {
  state = "idle"; // idle · on (answered) · over
  way = "connecting"; // of the line: connecting · talking · away · again · failed · noRtc

  constructor(stage) {
    super();
    this.stage = stage;
    this.theirs = stage.querySelector("#theirs");
    this.mine = stage.querySelector("#mine");
    this.frame = document.getElementById("line");
    this.note = document.getElementById("media-note");
    this.media = new Media(stage.dataset.mode === "video");
    this.line = new Line(stage);
    this.controls = new Controls(this);
    this.#hear();
    window.addEventListener("pagehide", () => this.end());
  }

  get isTalking() {
    return this.state === "on" && this.way === "talking";
  }

  /** Whether both can hear each other, and not only this side. */
  get isHeard() {
    return this.isTalking && this.media.mic === "ready";
  }

  #hear() {
    for (const way of ["connecting", "again", "failed", "noRtc"]) this.line.addEventListener(way, () => this.#now(way));
    this.line.addEventListener("connected", () => this.#now("talking"));
    this.line.addEventListener("lost", (event) => this.#lost(event.closed));
    this.line.addEventListener("stream", (event) => this.#receive(event.stream));
    this.line.addEventListener("shows", (event) => { this.shows = event.video; this.#see(); });
    this.media.addEventListener("track", ({ kind, track }) => { if (this.isLined) this.line.replace(kind, track); this.#see(); });
    this.media.addEventListener("change", () => this.#now(this.way));
    for (const size of ["resize", "loadeddata"]) this.theirs.addEventListener(size, () => this.#see());
    this.theirs.addEventListener("playing", () => this.controls.offerSound(false));
  }

  /** The caller's way is made ready while it rings: the answer finds it. Nobody hears anything yet. */
  prepare() {
    if (this.state !== "idle" || this.isPrepared) return;
    this.isPrepared = true;
    if (!canTalk()) return this.#now("noRtc");
    this.line.join();
    this.media.ask().then(() => this.#dial());
    this.#say();
  }

  /** The tap on "Answer" is what browsers want to see before they ask for a microphone. */
  answer() {
    if (this.state === "idle" && window.RTCPeerConnection) this.media.ask();
  }

  /** The visit is answered, and by this side where it is the resident's: take part, once. */
  async start() {
    if (this.state !== "idle") return;
    this.state = "on";
    this.stage.hidden = false;
    if (!canTalk()) return this.#now("noRtc");
    this.#say();
    this.media.open();
    await Promise.race([this.media.ask(), new Promise((late) => { setTimeout(late, SOON); })]);
    this.#dial();
  }

  #dial() {
    if (this.state === "over" || this.isLined) return;
    this.isLined = true;
    this.line.start(this.media.sent());
    this.#see();
  }

  /** Close the line and let go of microphone and camera. Not taken up again on this page. */
  end() {
    if (this.state === "over") return;
    const wasOn = this.state === "on";
    this.state = "over";
    this.media.end();
    this.line.end();
    this.theirs.srcObject = this.mine.srcObject = null;
    this.stage.classList.remove("has-picture", "has-mine");
    this.controls.tell();
    if (wasOn) this.#write("ended");
    else this.frame.hidden = true;
    this.dispatchEvent(new Event("change"));
  }

  #now(way) {
    if (this.state === "over") return;
    this.way = way;
    this.#say();
    this.dispatchEvent(new Event("change"));
  }

  /** After the door opened the visit is over and the two may go on talking: then the first to hang up ends it. */
  #lost(isClosed) {
    if (isClosed && isOpened()) this.end();
    else this.#now(isClosed ? "away" : "again");
  }

  #receive(stream) {
    if (this.theirs.srcObject !== stream) this.theirs.srcObject = stream;
    this.theirs.play().catch((error) => { if (error.name === "NotAllowedError") this.controls.offerSound(true); });
    this.#see();
  }

  /** Pictures are shown while there are any: a place for one is kept in every call. */
  #see() {
    const { classList } = this.stage;
    if (this.state === "over") return;
    classList.toggle("has-picture", this.shows !== false && this.theirs.videoWidth > 16);
    const isSeen = this.state === "on" && this.media.camera === "on";
    classList.toggle("has-mine", isSeen);
    if (isSeen && !this.mine.srcObject) this.mine.srcObject = this.media.stream; // an empty one holds up the page's load
    classList.toggle("is-mirrored", this.media.facing === "user");
  }

  #say() {
    if (this.state === "over") return;
    this.#see();
    this.controls.tell();
    this.#write(this.#words());
  }

  #words() {
    const { mic, camera } = this.media;
    if (this.way === "noRtc") return "noRtc";
    if (this.state === "on" && this.way !== "talking") return this.way;
    if (UNHEARD.includes(mic)) return mic;
    if (this.state === "idle") return mic === "ready" ? `ready${camera === "on" ? "Seen" : ""}` : "";
    return UNSEEN.includes(camera) ? `unseen${capital(camera)}` : "talking";
  }

  /** One sentence at the foot of the page; the way out of what is amiss stands beneath it. */
  #write(what) {
    this.note.textContent = this.stage.dataset[`says${capital(what)}`] ?? "";
    this.frame.hidden = !what;
    this.frame.dataset.now = what;
  }
}

function isOpened() {
  return document.getElementById("session-status")?.dataset.state === "accepted";
}

function capital(word) {
  return word && word[0].toUpperCase() + word.slice(1);
}
