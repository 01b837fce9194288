// This browser's key: it signs each tap that opens or spends, so that a copy of the cookie opens nothing. No script can
// read the key; it is kept under the invite's mark until the invite ends. Where there is none, forms go as they are.

const PATIENCE = 1000; // milliseconds that a tap waits for a key to bind: then it goes without one
const LONGER = 4000; // for a browser that has bound one: without a signature the tap would be in vain
const NAMED = ["seal", "grant_id", "pin", "otp_code", "challenge"]; // of these the building makes the command's name
const KIND = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
let ready = null; // the form that has all it needs
let isBusy = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const isReady = ready === form;
  ready = null;
  if (isReady || !form.dataset.device || !canSign(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!isBusy) void send(form, event.submitter);
}, true);

function canSign(form) {
  try {
    return Boolean(window.crypto?.subtle && window.indexedDB && form.requestSubmit);
  } catch {
    return false; // some browsers refuse even to say
  }
}

/** The same tap once more, with what proves this browser. */
async function send(form, button) {
  isBusy = true;
  const found = await Promise.race([
    proofs(form, button).catch(() => ({})),
    wait(isBound(form) ? LONGER : PATIENCE, {}),
  ]);
  await wait(0); // what is asked for within the first submission would not be sent
  for (const name of ["device_key", "device_proof"]) put(form, name, found[name] ?? "");
  isBusy = false;
  ready = form;
  form.requestSubmit(button);
}

const wait = (milliseconds, value) => new Promise((over) => { setTimeout(over, milliseconds, value); });
const isBound = (form) => form.dataset.bound !== undefined;

async function proofs(form, button) {
  const { device, challenge } = form.dataset;
  const pair = await kept(device, !isBound(form));
  if (!pair) return {};
  const found = {};
  if (!isBound(form)) found.device_key = text(await crypto.subtle.exportKey("spki", pair.publicKey));
  const action = button?.dataset.sign ?? form.dataset.sign;
  if (action && challenge) {
    const place = button?.dataset.place ?? form.dataset.place ?? (action === "open" ? button?.value : "");
    const key = action === "open" ? await command(form, button) : "";
    const lines = ["device", action, device, place, key, challenge].join("\n");
    found.device_proof = `${challenge}.${text(await crypto.subtle.sign(KIND, pair.privateKey, bytes(lines)))}`;
  }
  return found;
}

/** The name of the one command that this tap stands for: the same form sent again is the same command. */
async function command(form, button) {
  const sent = new FormData(form);
  if (button?.name) sent.set(button.name, button.value);
  const digest = await crypto.subtle.digest("SHA-256", bytes(NAMED.map((name) => sent.get(name) ?? "").join("\0")));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function put(form, name, value) {
  let field = form.querySelector(`input[name=${name}]`);
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(field);
  }
  field.value = value;
}

const bytes = (words) => new TextEncoder().encode(words);

function text(buffer) {
  const letters = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// What arrives while a tap waits for its signature must not take the form away.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isBusy && event.detail.target?.id === "invite-status") event.detail.shouldSwap = false;
});

// -- the place where it is kept: a database for each invite, and nothing in it but the pair

const named = (device) => `device-${device}`;

/** The invite ended, or it is another's. */
export function forget(device) {
  try {
    indexedDB.deleteDatabase(named(device));
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
}

/** The pair, made now if it may be. Of two tabs that make one at once, both get the first. */
async function kept(device, mayMake) {
  const database = await opened(device, mayMake);
  try {
    const pair = await said(shelf(database, "readonly").get("pair"));
    if (pair || !mayMake) return pair;
    const made = await crypto.subtle.generateKey(KIND, false, ["sign"]);
    await written(shelf(database, "readwrite"), made).catch(() => {});
    return await said(shelf(database, "readonly").get("pair"));
  } finally {
    database.close();
  }
}

const shelf = (database, mode) => database.transaction("keys", mode).objectStore("keys");

function opened(device, mayMake) {
  const asked = indexedDB.open(named(device), 1);
  asked.onupgradeneeded = () => (mayMake ? asked.result.createObjectStore("keys") : asked.transaction.abort());
  return said(asked);
}

function said(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error);
  });
}

/** Not before it lies on the disk: a key that is lost after it was bound is worse than none. */
function written(store, pair) {
  return new Promise((resolve, reject) => {
    const { transaction } = store;
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    store.add(pair, "pair");
  });
}
