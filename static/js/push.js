// The address by which this browser can be rung: got from its push service, told to us, and renewed when it changed.

export const canRing = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

export async function worker() {
  await navigator.serviceWorker.register("/sw.js", { scope: "/resident", updateViaCache: "none" });
  const registration = await navigator.serviceWorker.getRegistration("/resident");
  return registration.active ? registration : new Promise((done) => {
    const starting = registration.installing ?? registration.waiting;
    starting.addEventListener("statechange", () => { if (starting.state === "activated") done(registration); });
  });
}

/** The subscription for this very key; one for another key is no use any more. */
async function subscribed(registration, key) {
  const old = await registration.pushManager.getSubscription();
  const known = old?.options?.applicationServerKey;
  const wanted = bytes(key);
  if (old && known && !new Uint8Array(known).every((byte, at) => byte === wanted[at])) await old.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
}

async function mark(address) {
  if (!window.crypto?.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(address));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 16);
}

/** Tell our server. Gives the sentence that it refuses with, or nothing. */
export async function enrol(place, prove) {
  const subscription = await subscribed(await worker(), place.dataset.key);
  if (!prove && await mark(subscription.endpoint) === place.dataset.mark) return "";
  const answer = await fetch(place.dataset.subscribe, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...subscription.toJSON(), prove }),
  });
  return answer.ok ? "" : (await answer.json()).says;
}

/** On each look at a page: a phone that rings goes on ringing, also after its browser got a new address. */
export async function renew(place) {
  if (!canRing || !place?.dataset.mark || Notification.permission !== "granted") return;
  await enrol(place, false).catch(() => {});
}
