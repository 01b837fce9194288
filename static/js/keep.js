// A pass that the guest keeps on this phone for when there is no signal. The service worker shows it.

const SHELF = "passes";
const page = location.pathname;
let renewed = false;

/** After each look at the building: what is kept is what is true, or is not kept any longer. */
export async function tend(button) {
  const shelf = await caches.open(SHELF);
  if (!(await shelf.match(page))) return;
  if (!button) { await drop(shelf); return; }
  show(button, true);
  if (renewed) return;
  renewed = true;
  await put(shelf);
}

/** The tap. Gives what is to be said, or nothing when it did not work. */
export async function toggle(button) {
  const shelf = await caches.open(SHELF);
  const isKept = Boolean(await shelf.match(page));
  if (isKept) await drop(shelf);
  else {
    renewed = true;
    if (!(await put(shelf))) { await drop(shelf); return ""; }
    await navigator.serviceWorker.register("/sw.js", { scope: "/invite/" });
  }
  return show(button, !isKept);
}

function show(button, isKept) {
  button.setAttribute("aria-pressed", isKept);
  return button.querySelector(".keep__words").textContent = isKept ? button.dataset.saysKept : button.dataset.saysKeep;
}

async function put(shelf) {
  const pass = await fetch(`${page}/pass`);
  if (!pass.ok) return false;
  const text = await pass.clone().text();
  await shelf.put(page, pass);
  const files = [...text.matchAll(/(?:src|href)="(\/[^"#?]+\.(?:css|svg))"/g)].map(([, path]) => path);
  await Promise.all([...new Set(files)].map((path) => shelf.add(path).catch(() => {})));
  return true;
}

async function drop(shelf) {
  const own = (await shelf.keys()).filter(({ url }) => `${new URL(url).pathname}/`.startsWith(`${page}/`));
  await Promise.all(own.map((request) => shelf.delete(request)));
  const left = (await shelf.keys()).some(({ url }) => new URL(url).pathname.startsWith("/invite/"));
  if (left) return;
  await caches.delete(SHELF);
  const workers = await navigator.serviceWorker.getRegistrations();
  await Promise.all(workers.filter(({ scope }) => new URL(scope).pathname === "/invite/").map((w) => w.unregister()));
}
