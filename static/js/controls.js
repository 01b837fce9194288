// The buttons of a call, and a screen that stays on while two people talk.

const find = (id) => document.getElementById(id);

export class Controls {
  constructor(call) {
    this.call = call;
    this.keys = find("keys");
    this.lock = null;
    const { media, theirs } = call;
    this.#on("mute", () => media.mute(!media.isMuted));
    this.#on("camera", () => media.show(media.camera !== "on"));
    this.#on("flip", () => media.flip());
    this.#on("volume", () => this.#turn(find("loud").hidden));
    this.#on("hang-up", () => this.#hangUp());
    this.#on("ask-again", () => media.again());
    this.#on("listen", () => { this.offerSound(false); theirs.play(); });
    this.#on("copy", (button) => copy(button));
    find("level").addEventListener("input", ({ target }) => { theirs.volume = target.value / 100; });
    if (navigator.clipboard) find("copy")?.removeAttribute("hidden");
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#stayAwake(); });
  }

  #on(id, does) {
    find(id)?.addEventListener("click", ({ currentTarget }) => does(currentTarget));
  }

  /** Show how it stands. */
  tell() {
    const { media, state, way } = this.call;
    const isOn = state === "on" && way !== "noRtc" && way !== "failed";
    this.#exchange(isOn);
    press("mute", media.isMuted);
    press("camera", media.camera === "on");
    find("mute").disabled = media.mic !== "ready";
    find("camera").disabled = media.camera === "asking" || media.mic === "none";
    find("ask-again").hidden = !["refused", "missing", "busy"].includes(media.mic);
    if (!isOn) this.offerSound(false);
    this.#offerLenses(isOn && media.camera === "on");
    this.#stayAwake();
  }

  /** In a call, hanging up is one of these; the page's own button for it makes room, and gives it the keyboard. */
  #exchange(isOn) {
    const own = find("tap-cancel") ?? find("tap-decline");
    const isHeld = own && document.activeElement === own;
    const wasHeld = document.activeElement === find("hang-up");
    this.keys.hidden = !isOn;
    document.body.classList.toggle("in-call", isOn);
    if (isOn && isHeld) find("hang-up").focus({ preventScroll: true });
    if (!isOn && wasHeld) own?.focus({ preventScroll: true });
    if (isOn) this.#offerVolume();
    else this.#turn(false);
  }

  async #offerLenses(isSeen) {
    find("flip").hidden = !isSeen || !(await this.call.media.hasTwoLenses());
  }

  /** Where the phone's own buttons alone set it, a page can't. */
  #offerVolume() {
    const probe = new Audio();
    probe.volume = 0.5;
    find("volume").hidden = probe.volume !== 0.5;
  }

  #turn(isShown) {
    find("loud").hidden = !isShown;
    find("volume").setAttribute("aria-expanded", isShown);
    if (isShown) find("level").focus();
  }

  /** The line at once, whatever the network does; then the building is told, if it is not over there already. */
  #hangUp() {
    const own = find("tap-cancel") ?? find("tap-decline");
    this.call.end();
    own?.click();
  }

  /** Browsers refuse sound that nobody tapped for. */
  offerSound(isNeeded) {
    find("listen").hidden = !isNeeded;
  }

  async #stayAwake() {
    const isWanted = this.call.isTalking && !document.hidden;
    if (!isWanted) { this.lock?.then((lock) => lock?.release()); this.lock = null; return; }
    this.lock ??= navigator.wakeLock?.request("screen").catch(() => null);
    const lock = await this.lock;
    lock?.addEventListener("release", () => { this.lock = null; }, { once: true });
  }
}

function press(id, isPressed) {
  find(id).setAttribute("aria-pressed", isPressed);
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return; // the address stands beside it
  }
  button.classList.add("is-copied");
  setTimeout(() => button.classList.remove("is-copied"), 1500);
}
