// The line between two browsers, over PeerJS. It knows tracks and ways, and no page: what happens is told in events.
//
// connecting · connected · again (it broke, and is tried again, on both sides) · failed (for a minute) · noRtc · lost.
// The last of these is also in stage.dataset.line. Beside them: `stream` (.stream: what they send, told anew when a
// picture comes or goes, the object stays), `shows` (.audio, .video: what they send from now on), `lost` (.closed: they
// closed it on purpose, a hang-up where the visit is over, a page that went away where it is not).
//
// The caller dials, also while it rings: the offer waits at the signalling server for whoever answers. The callee never
// dials, so the two can't cross; what the caller dialled last is what holds.

import { filled, sender, vacate } from "./places.js";
import { Pulse } from "./pulse.js";
import { isTalk, Signalling } from "./signalling.js";
import { Ways } from "./ways.js";
import { listen, whisper } from "./whisper.js";

const LOOK = 500; // ms between two looks at how it stands
const UNHEARD = [2000, 2500, 3000, 4000]; // ms that an offer may stay without an answer, each time
const UNCONNECTED = 6000; // ms that an answered offer may stay without a connection
const QUIET = 3000; // ms without a sign of the other side before that is said
const BROKEN = 2000; // ms that ICE may doubt a path before it counts as gone
const GIVE_UP = 60000; // ms without any line before that is said
const SELDOM = 15000; // ms between tries after that

export const canTalk = () => window.Peer && window.RTCPeerConnection;

export class Line extends EventTarget {
  constructor(stage) {
    super();
    this.stage = stage;
    this.isCaller = stage.dataset.role === "caller";
    this.state = "idle"; // idle · on · over
    this.tracks = { audio: null, video: null };
    this.tried = this.tries = this.number = 0;
    this.held = this.former = this.waiting = this.since = this.doubtedSince = null;
    this.isUp = this.isQuiet = this.isShaken = this.isAway = this.isFailed = this.isBusy = false;
    this.ways = new Ways(stage.dataset);
    this.signalling = new Signalling(stage);
    this.signalling.addEventListener("call", ({ call }) => this.#called(call));
    this.signalling.addEventListener("open", () => this.#entered());
    this.signalling.addEventListener("unheard", () => { this.isUnheard = true; });
  }

  // -- what a page asks for

  /** Be ready: at the signalling server as soon as it lets this side in. */
  join() {
    return this.signalling.join();
  }

  /** Take part with these tracks, once. */
  start(stream) {
    if (this.state !== "idle") return;
    if (!canTalk()) return this.#tell("noRtc");
    this.state = "on";
    for (const track of stream.getTracks()) this.tracks[track.kind] = track;
    this.#watch();
    this.#tell("connecting");
    this.join();
    if (this.isCaller) this.#dial();
    else if (this.waiting) this.#take(this.waiting);
  }

  /** Send this track from now on, or none of its kind. No new call: each begins with a place for both. */
  replace(kind, track) {
    this.tracks[kind] = track;
    sender(this.held?.peerConnection, kind)?.replaceTrack(track);
    this.#tellWhatIsSent();
  }

  /** For good. */
  end() {
    if (this.state === "over") return;
    this.state = "over";
    this.watched?.abort();
    this.observer?.disconnect();
    clearInterval(this.ticking);
    whisper(this.held, { bye: true });
    this.signalling.end();
  }

  // -- the way to a line

  /** An offer that waited at the server went with the socket that had brought it. */
  #entered() {
    if (this.isCaller && this.held && !this.held.wasUp && !this.#isHeard() && !this.isBusy) this.#dial();
  }

  async #dial() {
    const number = ++this.number; // a later one overtakes
    this.tries += 1;
    const isReady = await this.#prepare();
    if (!isReady || number !== this.number || this.state !== "on" || !this.signalling.isOpen) return;
    this.tried = performance.now();
    this.#hold(this.signalling.call(filled(this.tracks), this.ways.config));
  }

  #called(call) {
    if (this.state === "on") this.#take(call);
    else this.waiting = call;
  }

  #take(call) {
    this.waiting = null;
    this.isFailed = false;
    if (this.isUp) this.#gone(false); // they noticed first
    if (this.state !== "on") return;
    this.tried = performance.now();
    this.signalling.answer(call, filled(this.tracks), this.ways.config);
    this.#hold(call);
    this.former?.close();
  }

  /** Network, credentials and signalling, each made sure of. False where there is no network. */
  async #prepare() {
    this.tried = performance.now();
    this.isBusy = true;
    try {
      const wasAway = this.isAway;
      if (this.tries > 1 || this.ways.isOld) this.isAway = !(await this.ways.refresh());
      const isDead = wasAway || (this.tries % 2 === 0 && (this.isShaken || this.tries > 2)); // for all that we know
      if (!this.isAway) await (isDead ? this.signalling.renew() : this.join());
      return !this.isAway;
    } finally {
      this.isBusy = false;
    }
  }

  /** This call is the one. The caller's one before may heal until then, and its end would be heard: it is let be. */
  #hold(call) {
    this.former?.close();
    this.former = this.held;
    this.former?.removeAllListeners();
    this.held = call;
    this.isUnheard = false;
    call.shown = new MediaStream();
    call.on("stream", (stream) => { for (const track of stream?.getTracks() ?? []) this.#receive(call, track); });
    call.on("willCloseOnRemote", () => { listen(call, (said) => this.#hear(call, said)); this.#tellWhatIsSent(); });
    call.on("close", () => { if (call === this.held) this.#gone(Boolean(call.isClosed)); });
    const way = call.peerConnection;
    vacate(way, this.tracks);
    call.pulse = new Pulse(way);
    way.addEventListener("connectionstatechange", () => { if (call === this.held) this.#changed(way); });
  }

  // -- tracks

  /** A picture is shown from its first packet on: a page's element stays silent as long as it waits for one. */
  #receive(call, track) {
    if (track.kind === "audio") return this.#show(call, track, true);
    if (call.picture === track) return;
    call.picture = track;
    track.addEventListener("unmute", () => this.#show(call, track, true));
    if (!track.muted) this.#show(call, track, true);
  }

  #show(call, track, isOn) {
    if (call !== this.held || call.shown.getTracks().includes(track) === isOn) return;
    if (isOn) call.shown.addTrack(track);
    else call.shown.removeTrack(track);
    this.#tell("stream", { stream: call.shown });
  }

  #hear(call, said) {
    if (said.bye) call.isClosed = true;
    if (said.bye || call !== this.held) return;
    const [audio, video] = [said.audio === true, said.video === true];
    if (call.picture) this.#show(call, call.picture, video);
    this.#tell("shows", { audio, video });
  }

  #tellWhatIsSent() {
    whisper(this.held, { audio: Boolean(this.tracks.audio), video: Boolean(this.tracks.video) });
  }

  // -- how it stands

  #watch() {
    this.ticking = setInterval(() => this.#look(), LOOK);
    this.watched = new AbortController();
    const { signal } = this.watched;
    const wake = () => { if (!document.hidden) this.#wake(); };
    document.addEventListener("visibilitychange", wake, { signal });
    document.addEventListener("resume", wake, { signal });
    window.addEventListener("online", wake, { signal });
    navigator.connection?.addEventListener?.("change", wake, { signal });
    this.observer = new MutationObserver(() => this.#look());
    const live = document.getElementById("live");
    if (live) this.observer.observe(live, { childList: true });
  }

  /** Back from sleep or from another network: what was waited for meanwhile does not count. */
  #wake() {
    this.signalling.retake();
    if (!this.isUp && this.since !== null) {
      this.isFailed = false;
      this.since = performance.now();
      if (performance.now() - this.tried > UNHEARD[0]) this.tried = 0;
    }
    this.#look();
  }

  #changed(way) {
    if (way.connectionState === "connected") this.#up();
    else if (way.connectionState === "failed") this.#gone(false);
    else if (way.connectionState === "disconnected" && this.isUp) this.#doubt();
  }

  #up() {
    this.isUp = this.held.wasUp = true;
    this.isFailed = this.isQuiet = this.isShaken = false;
    this.since = this.doubtedSince = null;
    this.tries = 1;
    this.former?.close();
    this.former = null;
    this.#tell("connected");
  }

  /** ICE doubts the path. It may heal by itself; that it is being tried may be read already. */
  #doubt() {
    this.doubtedSince = performance.now();
    if (!this.isQuiet) this.#tell("again");
    this.isQuiet = true;
    setTimeout(() => this.#look(), BROKEN);
  }

  /** Say what is felt before ICE is sure of it, and when it was nothing. */
  async #feel(call) {
    const isQuiet = (await call.pulse.quiet().catch(() => 0)) > QUIET; // closed meanwhile
    if (call !== this.held || !this.isUp || isQuiet === this.isQuiet || this.doubtedSince !== null) return;
    this.isQuiet = isQuiet;
    this.#tell(isQuiet ? "again" : "connected");
  }

  #gone(isClosed) {
    this.tried = 0;
    this.doubtedSince = null;
    if (!this.isUp) { this.held.hasFailed = true; return; }
    this.isUp = false;
    this.isShaken = !isClosed;
    this.ways.open();
    this.since = performance.now();
    this.#tell("lost", { closed: isClosed });
    if (this.state !== "on") return;
    if (!isClosed) this.#tell("again");
    this.#look();
  }

  /** Whether the other side has answered what was dialled last. */
  #isHeard() {
    return Boolean(this.held?.hasFailed || this.held?.peerConnection?.remoteDescription);
  }

  #look() {
    if (this.state !== "on" || this.isBusy) return;
    const now = performance.now();
    if (this.isUp) {
      if (this.doubtedSince !== null && now - this.doubtedSince >= BROKEN) this.#gone(false);
      else this.#feel(this.held);
      return;
    }
    if (!isTalk()) return; // it rings: there is nobody yet to reach
    this.since ??= now;
    if (now - this.since > GIVE_UP && !this.isFailed) {
      this.isFailed = true;
      this.#tell("failed");
    }
    if (this.#isDue(now)) this.#again();
  }

  #isDue(now) {
    if (!this.tried || this.isAway || this.isUnheard) return now - this.tried >= LOOK;
    const waited = now - Math.max(this.tried, this.since);
    if (this.isFailed) return waited > SELDOM;
    return waited > (this.#isHeard() ? UNCONNECTED : UNHEARD[Math.min(this.tries, UNHEARD.length) - 1]);
  }

  /** The caller dials, through a relay where the open way led nowhere; the callee makes sure that it can be dialled. */
  #again() {
    if (this.isCaller) {
      if (this.#isHeard() && !this.held.wasUp) this.ways.turn();
      this.#dial();
    } else {
      this.tries += 1;
      this.#prepare();
    }
  }

  #tell(what, facts = {}) {
    // What they send says nothing of how the line stands.
    if (what !== "stream" && what !== "shows") this.stage.dataset.line = what;
    this.dispatchEvent(Object.assign(new Event(what), facts));
  }
}
