// Writing: what is being typed stays, what was written is heard, and what has to wait says for how long.

import { count } from "./countdown.js";

const said = document.getElementById("written");
const field = () => document.getElementById("own-words");
let known = null; // the lines that were shown already
let typed = null; // what stood in the field when an answer came
let end = 0;

/** For those who listen: the lines that are new, told by a region that stays. */
export function listen(status) {
  const lines = [...status.querySelectorAll("[data-line]")];
  const fresh = known ? lines.filter((line) => !known.has(line.dataset.line)) : [];
  known = new Set(lines.map((line) => line.dataset.line));
  if (fresh.length) said.textContent = fresh.map((line) => line.textContent).join(" ");
}

// An answer brings a new field: empty where the line was taken. What was typed since the tap is not lost with it.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "write" || !field()) return;
  typed = { now: field().value, sent: detail.requestConfig.formData.get("text"), isTaken: !detail.isError };
});

function renew() {
  const write = document.getElementById("write");
  clearTimeout(end);
  if (!write) return;
  count(write);
  if (typed && field()) keep(field(), typed);
  typed = null;
  tell();
  const [note] = write.querySelectorAll("[data-until]");
  if (note) end = setTimeout(clear, 1000 * Number(note.dataset.until) + 250);
  const words = [...write.querySelectorAll("[data-note]")].map((each) => each.textContent).join(" ");
  if (words) said.textContent = words;
}

function keep(input, { now, sent, isTaken }) {
  if (now === sent) return; // the answer knows it
  input.value = isTaken && sent && now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
  input.setSelectionRange(input.value.length, input.value.length);
}

/** The time is up: the next line may be sent. */
function clear() {
  for (const note of document.querySelectorAll("#write [data-until], #write [data-note]")) note.remove();
}

function tell() {
  const left = document.getElementById("own-count");
  if (!left) return;
  left.hidden = !field().value;
  left.textContent = `${field().value.length} / ${field().maxLength}`;
}

document.addEventListener("input", ({ target }) => { if (target === field()) tell(); });
new MutationObserver(renew).observe(document.getElementById("main"), { childList: true });
renew();
