"""What a browser may do otherwise: scripts that run before a page's own, and measures of what a page does."""

from .browser import Phone

REFUSED, MISSING, BUSY = "NotAllowedError", "NotFoundError", "NotReadableError"
_MEDIA = """(() => {
  const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
  media.getUserMedia = async (wish) => { %s; return ask(wish); };
})()"""
NO_RTC = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection"
TWO_LENSES = """if (navigator.mediaDevices) {
  navigator.mediaDevices.enumerateDevices = async () => [{ kind: "videoinput" }, { kind: "videoinput" }];
}"""
NO_MEDIA = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
NEVER = _MEDIA % "await new Promise(() => {})"
WAVES = """(() => {
  const waves = window.waves = [];
  window.OscillatorNode = class extends OscillatorNode {
    constructor(...given) {
      super(...given);
      waves.push(this);
      this.addEventListener("ended", () => { this.isOver = true; });
    }
  };
})()"""
STOPS = """(() => {
  const stop = MediaStreamTrack.prototype.stop;
  MediaStreamTrack.prototype.stop = function () {
    if (this.label) sessionStorage.setItem("stopped", `${sessionStorage.getItem("stopped") ?? ""}${this.kind} `);
    return stop.call(this);
  };
})()"""
LOCKS = """(() => {
  const locks = window.locks = [];
  const request = async () => {
    const lock = Object.assign(new EventTarget(), { released: false });
    lock.release = async () => { lock.released = true; lock.dispatchEvent(new Event("release")); };
    locks.push(lock);
    return lock;
  };
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
})()"""


def fails(error: str, *, of: str = "true") -> str:
    """The browser's answer to a wish (`wish.video` and the like) is this error."""
    return _MEDIA % f"if ({of}) throw new DOMException('', '{error}')"


def slow(milliseconds: int) -> str:
    """The person, or the browser, takes this long to say yes."""
    return _MEDIA % f"await new Promise((yes) => setTimeout(yes, {milliseconds}))"


def energy(phone: Phone) -> float:
    """How much sound has come in so far: silence adds nothing."""
    script = """async () => {
      let sum = 0;
      for (const line of window.lines) (await line.getStats()).forEach((entry) => {
        if (entry.type === "inbound-rtp" && entry.kind === "audio") sum += entry.totalAudioEnergy ?? 0;
      });
      return sum;
    }"""
    return float(phone.page.evaluate(script))


def loudness(phone: Phone, milliseconds: int = 1200) -> float:
    """What comes in during this time."""
    before = energy(phone)
    phone.page.wait_for_timeout(milliseconds)
    return energy(phone) - before


def live_tracks(phone: Phone) -> list[str]:
    kinds = "() => window.tracks.filter((track) => track.readyState === 'live').map((track) => track.kind)"
    return list(phone.page.evaluate(kinds))


def sounding(phone: Phone) -> int:
    """Tones that the page plays now."""
    return int(phone.page.evaluate("() => window.waves.filter((wave) => !wave.isOver).length"))
