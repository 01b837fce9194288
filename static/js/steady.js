// A fragment that arrives must not take a button from under a finger, or the keyboard's place from whoever types.

const LONGEST_PRESS = 3000; // milliseconds: after that whoever rests a finger sees the truth all the same
let held = "";
let missed = false;
let release = 0;

// The tap would fall on nothing: what is pressed stays until it is let go, and then the truth is fetched.
const isPressed = () => release !== 0;
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest?.("#live a, #live button")) return;
  clearTimeout(release);
  release = setTimeout(letGo, LONGEST_PRESS);
});
for (const end of ["click", "pointercancel"]) document.addEventListener(end, () => { if (isPressed()) letGo(); });
document.addEventListener("pointerup", () => {
  if (!isPressed()) return;
  clearTimeout(release);
  release = setTimeout(letGo, 50); // the click comes first, if one comes
});

function letGo() {
  clearTimeout(release);
  release = 0;
  if (missed) window.htmx.trigger(document.querySelector("#live [hx-get]") ?? document.body, "look");
  missed = false;
}

// A polled fragment keeps the keyboard's place by itself; a pushed one needs this.
document.body.addEventListener("htmx:wsBeforeMessage", (event) => {
  held = document.activeElement?.id ?? "";
  if (!isPressed()) return;
  missed = true;
  event.preventDefault();
});
document.body.addEventListener("htmx:wsAfterMessage", () => {
  if (held && held !== document.activeElement?.id) document.getElementById(held)?.focus({ preventScroll: true });
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!isPressed() || event.detail.requestConfig.verb !== "get") return;
  missed = true;
  event.detail.shouldSwap = false;
});

// Where a fragment took the button all the same, a refusal that comes later still has its place. htmx looks for that
// place around the button, and finds none.
document.body.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  elt.addEventListener("htmx:beforeOnLoad", tellRefusal);
});

function tellRefusal(event) {
  const { xhr } = event.detail;
  if (event.target.isConnected || xhr.status < 400) return;
  event.preventDefault();
  window.htmx.swap("#notice", xhr.response, { swapStyle: "innerHTML" }, { select: "#fault" });
}
