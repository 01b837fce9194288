// Moving pictures as our server sends them: each JPEG behind its headers, which say how long it is.

const BLANK = [13, 10, 13, 10];
const words = new TextDecoder("latin1");

/** The newest picture that is there whole, again and again: those that came while one was drawn are left out. */
export async function* parts(body) {
  const reader = body.getReader();
  let held = new Uint8Array(0);
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      held = joined(held, value);
      let newest = null;
      for (let cut = first(held); cut; cut = first(held)) {
        newest = cut.jpeg;
        held = held.slice(cut.end);
      }
      if (newest) yield newest;
    }
  } finally { reader.cancel().catch(() => {}); }
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function first(held) {
  const head = held.findIndex((byte, at) => byte === 13 && BLANK.every((wanted, i) => held[at + i] === wanted));
  if (head < 0) return null;
  const length = Number(words.decode(held.subarray(0, head)).match(/^content-length: (\d+)/im)?.[1] ?? 0);
  const end = head + BLANK.length + length;
  return held.length < end ? null : { jpeg: held.slice(head + BLANK.length, end), end };
}
