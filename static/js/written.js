// Writing: what is being typed stays, what was written is heard, and what has to wait says for how long.

import { count } from "./countdown.js";

const said = document.getElementById("written");
const write = () => document.getElementById("write");
const field = () => document.getElementById("own-words");
const notes = () => [...write()?.querySelectorAll("[data-until], [data-note]") ?? []];
let known; // how many lines were shown already
let typed = null; // what stood in the field when an answer came
let end = 0;

/** For those who listen: the lines that are new, told by a region that stays. */
export function listen(status) {
  const lines = [...status.querySelectorAll("[data-line]")];
  const fresh = lines.slice(known ?? lines.length);
  known = lines.length;
  tell(fresh);
}

function tell(parts) {
  if (parts.length) said.textContent = parts.map((part) => part.textContent).join(" ");
}

// An answer brings a new field: empty where the line was taken. What was typed since the tap is not lost with it.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const now = detail.target === write() && field()?.value;
  const sent = detail.requestConfig.formData.get("text");
  typed = !now || now === sent ? "" : detail.isError || !sent ? now : now.replace(sent, "").trimStart();
});

function renew() {
  clearTimeout(end);
  if (!write()) return;
  count(write());
  if (typed && field()) {
    field().value = typed;
    field().setSelectionRange(typed.length, typed.length);
  }
  typed = "";
  tally();
  const [note] = write().querySelectorAll("[data-until]");
  if (note) end = setTimeout(() => notes().forEach((each) => each.remove()), 1000 * note.dataset.until + 250);
  tell(notes().filter((each) => each.hasAttribute("data-note")));
}

function tally() {
  const { value = "", maxLength } = field() ?? {};
  const left = document.getElementById("own-count");
  if (left) left.textContent = value && `${value.length} / ${maxLength}`;
}

document.addEventListener("input", tally);
new MutationObserver(renew).observe(document.getElementById("main"), { childList: true });
renew();
