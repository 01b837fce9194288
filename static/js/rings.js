// Rings this phone: shows each push, tells the building so, and leads a tap to the visit. Part of the worker at /sw.js;
// SAYS, the words in this phone's language, stands before it.

const VISIT = /^[0-9A-Z]{26}$/;
const RINGS = ["ring", "message", "asked", "test"]; // what sounds again under the same tag
const LEADS = ["ring", "message", "mine"]; // to the visit: it goes on

self.addEventListener("push", (event) => event.waitUntil(pushed(event.data)));
self.addEventListener("notificationclick", (event) => event.waitUntil(tapped(event.notification)));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(changed(event)));

/** Shown always, also while a page is open: a phone that is told without showing it is told no more. */
async function pushed(data) {
  let told = {};
  try { told = data.json() ?? {}; } catch { /* shown all the same */ }
  const kind = Object.hasOwn(SAYS.words, told.kind) ? told.kind : "other";
  const { title, body } = SAYS.words[kind];
  const rings = RINGS.includes(kind);
  await self.registration.showNotification(title.replace("{name}", () => told.by ?? SAYS.somebody), {
    body,
    tag: String(told.tag ?? kind),
    renotify: rings,
    requireInteraction: kind === "ring",
    silent: !rings,
    ...(rings && { vibrate: [400, 200, 400, 200, 400] }),
    icon: SAYS.icon,
    lang: SAYS.lang,
    dir: SAYS.dir,
    data: { page: pageOf(kind, told.session) },
  });
  if (told.receipt) await tell(told);
  for (const page of await self.clients.matchAll({ includeUncontrolled: true })) page.postMessage({ kind });
}

function pageOf(kind, session) {
  if (kind === "test") return "/resident/phones";
  return LEADS.includes(kind) && VISIT.test(session) ? `/s/${session}?as=callee` : "/resident";
}

/** The receipt, tried twice: the net of a phone that was just woken may not be there yet. */
async function tell(told) {
  const isTest = told.kind === "test";
  const address = isTest ? "/resident/phones/proof" : `/api/v1/public/access/sessions/${told.session}/receipt`;
  if (!isTest && !VISIT.test(told.session)) return;
  for (const pause of [0, 1500]) {
    await new Promise((done) => { setTimeout(done, pause); });
    const answer = await fetch(address, {
      method: "POST",
      headers: { Authorization: `Bearer ${told.receipt}`, "Content-Type": "application/json" },
      body: JSON.stringify(isTest ? { about: told.about } : { stage: "shown" }),
      credentials: "omit",
    }).catch(() => null);
    if (answer && answer.status < 500) return;
  }
}

async function tapped(notification) {
  notification.close();
  const page = notification.data?.page ?? "/resident";
  const { pathname } = new URL(page, self.location.origin);
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((client) => new URL(client.url).pathname === pathname);
  if (there) await there.focus();
  else await self.clients.openWindow(page);
}

/** The browser changed its address by itself: get one and tell it, or this phone is silent from now on. */
async function changed(event) {
  const key = Uint8Array.from(atob(SAYS.key.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const subscription = event.newSubscription ??
    await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await fetch("/resident/phones/subscribe", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(subscription.toJSON()),
  });
}
