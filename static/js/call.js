// The voice and the picture. The microphone is asked for when there is somebody to talk to, never before.

const REDIAL = 700; // ms
const GIVE_UP = 30000; // ms without any line

export class Call {
  constructor(stage) {
    this.stage = stage;
    this.theirs = stage.querySelector("#theirs");
    this.mine = stage.querySelector("#mine");
    this.words = document.getElementById("line");
    this.note = document.getElementById("media-note");
    this.hangUp = document.getElementById("hang-up");
    this.sound = document.getElementById("listen");
    this.peer = this.line = this.stream = null;
    this.state = "idle"; // idle · on · over
    this.hangUp.addEventListener("click", () => this.end());
    this.sound.addEventListener("click", () => { this.sound.hidden = true; this.theirs.play(); });
    window.addEventListener("pagehide", () => this.end());
  }

  /** The caller waits at the signalling server while it rings, so that an answer finds the way ready. */
  prepare() {
    if (this.state === "idle" && window.Peer) this.joined ??= this.join();
  }

  /** Take part, once. */
  async start() {
    if (this.state !== "idle") return;
    this.state = "on";
    this.stage.hidden = this.words.hidden = false;
    if (!window.Peer || !window.RTCPeerConnection) return this.say("none");
    this.say("connecting");
    const [stream] = await Promise.all([this.listen(), (this.joined ??= this.join())]);
    if (this.state !== "on") return stop(stream);
    this.stream = stream;
    this.show(this.mine, stream);
    this.since = performance.now();
    if (this.stage.dataset.role === "caller") this.dial();
    else if (this.waiting) this.take(this.waiting);
  }

  /** Close the line and let go of microphone and camera. Not taken up again on this page. */
  end() {
    if (this.state === "over") return;
    const wasOn = this.state === "on";
    this.state = "over";
    if (!wasOn) return this.peer?.destroy();
    clearTimeout(this.redial);
    stop(this.stream);
    this.line?.close();
    this.peer?.destroy();
    this.theirs.srcObject = this.mine.srcObject = null;
    this.stage.classList.remove("has-picture", "has-mine");
    this.hangUp.hidden = this.sound.hidden = true;
    this.say("ended");
  }

  /** What this side sends: microphone, and camera where the visit has a picture. Refused, it sends silence. */
  async listen() {
    const video = this.stage.dataset.mode === "video" && { facingMode: "user", width: { ideal: 640 } };
    for (const wish of video ? [{ audio: true, video }, { audio: true }] : [{ audio: true }]) {
      try { return await navigator.mediaDevices.getUserMedia(wish); } catch { /* the next wish is smaller */ }
    }
    this.isSilent = true;
    return new AudioContext().createMediaStreamDestination().stream;
  }

  /** Signalling: our own unless the building names a server that this portal knows. */
  join() {
    const { peerId, token, host, port, path, secure, ice } = this.stage.dataset;
    const here = window.location;
    const ours = { host: here.hostname, port: here.port || (here.protocol === "https:" ? 443 : 80), path: "/", secure: here.protocol === "https:" };
    const server = host ? { host, port: Number(port), path, secure: Boolean(secure) } : ours;
    this.peer = new window.Peer(peerId, { ...server, key: "peerjs", token, config: { iceServers: JSON.parse(ice) }, debug: 0 });
    this.peer.on("call", (line) => { if (this.stream) this.take(line); else this.waiting = line; });
    this.peer.on("error", () => this.again());
    this.peer.on("disconnected", () => { if (this.state === "on" && !this.peer.destroyed) setTimeout(() => this.rejoin(), REDIAL); });
    return new Promise((joined) => { this.peer.once("open", joined); setTimeout(joined, 5000); });
  }

  rejoin() {
    if (this.state === "on" && this.peer.disconnected && !this.peer.destroyed) this.peer.reconnect();
  }

  dial() {
    if (this.state !== "on") return;
    if (this.peer.open) return this.hold(this.peer.call(this.stage.dataset.otherId, this.stream));
    this.rejoin();
    this.again();
  }

  take(line) {
    line.answer(this.stream);
    this.hold(line);
  }

  hold(line) {
    this.line?.removeAllListeners();
    this.line = line;
    line.on("stream", (stream) => this.talk(stream));
    line.on("close", () => { if (line === this.line) this.lost(); });
    line.on("error", () => this.again());
  }

  talk(stream) {
    this.isTalking = true;
    this.offerHangUp();
    this.say(this.isSilent ? "refused" : "talking");
    this.show(this.theirs, stream);
    this.theirs.play().catch((error) => { this.sound.hidden = error.name !== "NotAllowedError"; });
  }

  /** After the door opened the visit is over and offers no button of its own, but the two may go on talking. */
  offerHangUp() {
    this.hangUp.hidden = !(this.isTalking && isOver());
  }

  /** The other side closed the line, or it broke: the caller dials again while the visit lasts. */
  lost() {
    if (this.state !== "on") return;
    this.isTalking = false;
    this.since = performance.now();
    if (isOver()) return this.end();
    this.say("lost");
    this.again();
  }

  again() {
    if (this.state !== "on" || this.isTalking || this.stage.dataset.role !== "caller") return;
    if (performance.now() - this.since > GIVE_UP) return;
    clearTimeout(this.redial);
    this.redial = setTimeout(() => this.dial(), REDIAL);
  }

  show(element, stream) {
    if (element.srcObject !== stream) element.srcObject = stream; // said once for each track
    if (stream.getVideoTracks().length) this.stage.classList.add(element === this.mine ? "has-mine" : "has-picture");
  }

  say(what) {
    this.note.textContent = this.stage.dataset[`says${what[0].toUpperCase()}${what.slice(1)}`] ?? "";
  }
}

function isOver() {
  return document.getElementById("session-status")?.dataset.state === "accepted";
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
