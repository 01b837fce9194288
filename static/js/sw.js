// Shows a guest the pass that they kept on this phone, when the building can't be reached. Served at /sw.js.
// It answers for the pages of invites alone, and changes nothing: js/keep.js keeps a pass and drops it.
// On a resident's phone it rings instead, see js/rings.js.

const SHELF = "passes";
const isAtHome = new URL(self.registration.scope).pathname.startsWith("/resident");
if (isAtHome) importScripts("/resident/worker.js");
const PATIENCE = 4000; // milliseconds until a kept pass is shown in place of a page that does not come

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), sweep()])));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (isAtHome) return;
  if (request.method !== "GET" || url.origin !== self.location.origin || request.headers.has("HX-Request")) return;
  if (request.mode === "navigate") event.respondWith(visit(request, url.pathname));
  else if (["style", "image"].includes(request.destination)) event.respondWith(file(request));
});

/** The page itself if it comes soon enough, else the pass. */
async function visit(request, page) {
  await sweep();
  const kept = await caches.match(page);
  if (!kept) return fetch(request);
  let late = 0;
  const patience = new Promise((_, reject) => { late = setTimeout(reject, PATIENCE); });
  try {
    return await Promise.race([fetch(request), patience]);
  } catch {
    return kept;
  } finally {
    clearTimeout(late);
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

/** What has ended is not kept any longer: the pass, and what was kept for it. */
async function sweep() {
  if (!(await caches.has(SHELF))) return;
  const shelf = await caches.open(SHELF);
  let dropped = 0;
  for (const request of await shelf.keys()) {
    const until = Number((await shelf.match(request))?.headers.get("X-Kept-Until") ?? Infinity);
    if (until > Date.now()) continue;
    const page = new URL(request.url).pathname;
    const own = (await shelf.keys()).filter(({ url }) => `${new URL(url).pathname}/`.startsWith(`${page}/`));
    dropped += (await Promise.all(own.map((each) => shelf.delete(each)))).length;
  }
  if (!dropped) return;
  const left = (await shelf.keys()).some(({ url }) => new URL(url).pathname.startsWith("/invite/"));
  if (!left) await caches.delete(SHELF);
}
