// Counts down what the server said is left, by a clock that nobody can set.

const started = new WeakMap();

/** Keep every [data-countdown] inside `root` counting. */
export function count(root) {
  for (const left of root.querySelectorAll("[data-countdown]")) {
    if (!started.has(left)) started.set(left, performance.now() + 1000 * Number(left.dataset.countdown));
  }
}

count(document);

setInterval(() => {
  for (const left of document.querySelectorAll("[data-countdown]")) {
    const until = started.get(left);
    if (until !== undefined) left.textContent = Math.max(0, Math.round((until - performance.now()) / 1000));
  }
}, 250);
