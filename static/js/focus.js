// A pushed fragment takes the place of the button that has the keyboard: its successor gets it. (A polled one
// needs nothing here: htmx does the same by itself.)

let held = "";

document.body.addEventListener("htmx:wsBeforeMessage", () => { held = document.activeElement?.id ?? ""; });
document.body.addEventListener("htmx:wsAfterMessage", () => {
  if (held && held !== document.activeElement?.id) document.getElementById(held)?.focus({ preventScroll: true });
});
