// What this side sends: microphone first, camera by choice. Whatever is refused or missing, the rest goes on.

const PATIENCE = 5000; // ms after which a browser is taken for one that never answers
const FAULTS = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busy", AbortError: "busy" };

/** Says "change" when what it has is another, and "track" (with `kind` and `track`) when something else is sent. */
export class Media extends EventTarget {
  stream = new MediaStream();
  mic = "unasked"; // unasked · asking · ready, or why not: refused · missing · busy · silent (no answer) · none
  camera = "off"; // off · asking · on, or why not: refused · missing · busy
  isMuted = false;
  isOpen = false; // nothing is heard or seen before there is somebody to talk to
  facing = "user";

  constructor(wantsPicture) {
    super();
    this.wantsPicture = wantsPicture;
  }

  /** Ask, once. Answers when the person did, or when the browser had its time: what comes later is taken all the same. */
  ask() {
    this.asked ??= Promise.race([this.#climb(), new Promise((late) => { setTimeout(late, PATIENCE); })]).then(() => {
      if (this.mic === "asking") this.#is({ mic: "silent" });
    });
    return this.asked;
  }

  /** Once more, after a refusal was taken back. */
  again() {
    this.asked = null;
    return this.ask();
  }

  /** From the largest wish to the smallest that is granted. */
  async #climb() {
    if (!navigator.mediaDevices?.getUserMedia) { this.#is({ mic: "none" }); return; }
    this.#is({ mic: "asking" });
    const camera = this.wantsPicture ? await this.#get({ audio: true, video: this.#lens() }) : "";
    if (camera === "on") return;
    const mic = await this.#get({ audio: true });
    this.#is({ mic: mic === "on" ? "ready" : mic, camera: camera || this.camera });
    if (mic === "missing" && camera) await this.#get({ video: this.#lens() }); // seen, at least
    if (mic === "refused") this.#watch();
  }

  /** What was asked for is on, or the reason why not. */
  async #get(wish) {
    try {
      this.#take(await navigator.mediaDevices.getUserMedia(wish));
      return "on";
    } catch (error) {
      return FAULTS[error.name] ?? "missing";
    }
  }

  #take(given) {
    for (const track of given.getTracks()) {
      if (this.isOver) track.stop();
      else this.#put(track.kind, track);
    }
    if (this.isOver) return;
    const has = (kind) => given.getTracks().some((track) => track.kind === kind);
    this.#is({ mic: has("audio") ? "ready" : this.mic, camera: has("video") ? "on" : this.camera });
  }

  /** One track of a kind at a time; the one before is let go of. */
  #put(kind, track) {
    for (const old of this.stream.getTracks().filter((each) => each.kind === kind)) {
      old.stop();
      this.stream.removeTrack(old);
    }
    if (track) {
      this.stream.addTrack(track);
      track.addEventListener("ended", () => this.#lost(track)); // pulled out, or taken back while we talk
    }
    this.#enable();
    this.dispatchEvent(Object.assign(new Event("track"), { kind, track }));
  }

  #lost(track) {
    if (this.isOver || !this.stream.getTracks().includes(track)) return;
    if (track.kind === "video") { this.#put("video", null); this.#is({ camera: "missing" }); return; }
    this.#put("audio", quiet());
    this.#is({ mic: "missing" });
  }

  #enable() {
    for (const track of this.stream.getTracks()) track.enabled = this.isOpen && !(track.kind === "audio" && this.isMuted);
  }

  /** A refusal that is taken back in the browser's settings works by itself where the browser says so. */
  async #watch() {
    try {
      const allowed = await navigator.permissions.query({ name: "microphone" });
      allowed.onchange = () => { if (allowed.state === "granted" && this.mic === "refused" && !this.isOver) this.again(); };
    } catch { /* there is a button, too */ }
  }

  /** What the line is given: there is always a sound track, if only of silence, for another one to follow it. */
  sent() {
    if (!this.stream.getAudioTracks().length) this.stream.addTrack(quiet());
    return this.stream;
  }

  open() {
    this.isOpen = true;
    this.#enable();
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    this.#enable();
    this.#is({});
  }

  async show(isShown) {
    if (!isShown) { this.#put("video", null); this.#is({ camera: "off" }); return; }
    this.#is({ camera: "asking" });
    const camera = await this.#get({ video: this.#lens() });
    if (camera !== "on") this.#is({ camera });
  }

  /** The other lens. Many phones open one at a time, so the first is let go of first. */
  async flip() {
    const before = this.facing;
    this.facing = before === "user" ? "environment" : "user";
    this.#put("video", null);
    await this.show(true);
    if (this.camera === "on") return;
    this.facing = before;
    await this.show(true);
  }

  #lens() {
    return { facingMode: this.facing, width: { ideal: 640 } };
  }

  async hasTwoLenses() {
    const devices = await navigator.mediaDevices?.enumerateDevices?.() ?? [];
    return devices.filter(({ kind }) => kind === "videoinput").length > 1;
  }

  /** Let go of everything, also of what is granted later. */
  end() {
    this.isOver = true;
    for (const track of this.stream.getTracks()) track.stop();
  }

  #is(news) {
    Object.assign(this, news);
    if (!this.isOver) this.dispatchEvent(new Event("change"));
  }
}

function quiet() {
  return new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
}
