// Words of one page to the other beside the media, on the channel by which PeerJS notices that a call has ended.

export function whisper(call, what) {
  const channel = call?.dataChannel;
  if (channel?.readyState === "open") channel.send(JSON.stringify(what));
}

export function listen(call, hear) {
  call.dataChannel.addEventListener("message", (event) => hear(read(event.data)));
}

/** What can't be read says nothing. */
function read(text) {
  try { return Object(JSON.parse(text)); } catch { return {}; }
}
