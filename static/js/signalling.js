// This side at the signalling server, as PeerJS has it: gets in, comes back after a loss, makes room for a newer page.

const OPENING = 5000; // ms that whoever joins waits at most
const REPLACED = 4409; // the server's word for: a newer page of this very side is here

/** Says "call" (.call) when it is called, "open" when it got in, "unheard" when nobody took what it said. */
export class Signalling extends EventTarget {
  constructor(stage) {
    super();
    this.stage = stage;
    this.peer = null;
    this.isReplaced = this.isOver = false;
    this.tries = 0;
  }

  get isOpen() {
    return Boolean(this.peer?.open);
  }

  /** Be there. The server lets the callee in when the visit is theirs, and not before. */
  join() {
    const isMine = this.stage.dataset.role === "caller" || isTalk();
    if (this.isOver || this.isReplaced || !window.Peer || !isMine) return Promise.resolve();
    if (!this.peer || this.peer.destroyed) this.peer = this.enter();
    else if (this.peer.disconnected) this.peer.reconnect();
    const { peer } = this;
    if (peer.open) return Promise.resolve();
    return new Promise((opened) => { peer.once("open", opened); setTimeout(opened, OPENING); });
  }

  /** A socket that lived through a broken path may be dead without knowing. */
  renew() {
    if (this.isOpen) this.peer.disconnect();
    clearTimeout(this.rejoining);
    return this.join();
  }

  /** This page is looked at again: it is the one now. */
  retake() {
    if (!this.isReplaced) return;
    this.isReplaced = false;
    this.join();
  }

  call(stream, config) {
    this.peer.options.config = config;
    return this.peer.call(this.stage.dataset.otherId, stream);
  }

  answer(call, stream, config) {
    this.peer.options.config = config;
    call.answer(stream);
  }

  /** For good, with all its calls. */
  end() {
    this.isOver = true;
    clearTimeout(this.rejoining);
    this.peer?.destroy();
  }

  enter() {
    const { peerId, token, host, port, path, secure } = this.stage.dataset;
    const here = window.location;
    const isSecure = here.protocol === "https:";
    const ours = { host: here.hostname, port: here.port || (isSecure ? 443 : 80), path: "/", secure: isSecure };
    const server = host ? { host, port: Number(port), path, secure: Boolean(secure) } : ours;
    // Whatever is not said here, PeerJS fills in with public servers.
    const peer = new window.Peer(peerId, { ...server, key: "peerjs", token, config: { iceServers: [] }, debug: 0 });
    peer.on("call", (call) => this.say("call", { call }));
    peer.on("open", () => this.entered(peer));
    peer.on("error", (error) => { if (error.type === "peer-unavailable") this.say("unheard"); });
    peer.on("disconnected", () => this.comeBack(peer));
    return peer;
  }

  entered(peer) {
    this.tries = 0;
    peer.socket._socket?.addEventListener("close", (event) => { this.isReplaced = event.code === REPLACED; });
    this.say("open");
  }

  /** The talk runs on without it, so there is no hurry; many come back at once, so each takes its own moment. */
  comeBack(peer) {
    if (this.isOver || peer.destroyed) return;
    this.tries += 1;
    clearTimeout(this.rejoining);
    this.rejoining = setTimeout(() => this.join(), Math.random() * Math.min(8000, 250 * 2 ** this.tries));
  }

  say(what, facts = {}) {
    this.dispatchEvent(Object.assign(new Event(what), facts));
  }
}

/** Whether the visit is answered, for this side: by the fragment, which is told so first. */
export function isTalk() {
  return Boolean(document.getElementById("session-status")?.dataset.talk);
}
