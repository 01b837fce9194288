// Each call has a place for a sound and one for a picture from its beginning, filled or not: a place that was not there
// could not be added without a new call, and PeerJS makes places for tracks only.

/** These tracks, with something that shows nothing in the place of a missing picture until `vacate`. */
export function filled({ audio, video }) {
  return new MediaStream([...(audio ? [audio] : []), video ?? blank()]);
}

/** Nothing is sent from a place without a track of ours. */
export function vacate(way, tracks) {
  for (const kind of ["audio", "video"]) if (!tracks[kind]) sender(way, kind)?.replaceTrack(null);
}

export function sender(way, kind) {
  return way?.getTransceivers().find((place) => place.receiver.track.kind === kind)?.sender;
}

function blank() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2;
  canvas.getContext("2d"); // Firefox captures nothing from a canvas without one
  return canvas.captureStream(0).getVideoTracks()[0];
}
