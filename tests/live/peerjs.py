"""What a PeerJS client says, as npm peerjs 1.5.5 puts it on the wire."""

from typing import Any

SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
LINE = "candidate:1 1 UDP 1 192.0.2.1 9 typ host"


def offer(
    connection: Any = "mc_1", *, dst: str = "them", sdp: Any = SDP, kind: str = "media", **other: Any
) -> dict[str, Any]:
    payload = {"sdp": {"type": "offer", "sdp": sdp}, "type": kind, "connectionId": connection, **other}
    return {"type": "OFFER", "dst": dst, "payload": payload}


def answer(connection: str = "mc_1", *, dst: str = "them") -> dict[str, Any]:
    payload = {"sdp": {"type": "answer", "sdp": SDP}, "type": "media", "connectionId": connection}
    return {"type": "ANSWER", "dst": dst, "payload": payload}


def candidate(connection: str = "mc_1", *, dst: str = "them", line: Any = LINE) -> dict[str, Any]:
    payload = {"candidate": {"candidate": line, "sdpMid": "0"}, "type": "media", "connectionId": connection}
    return {"type": "CANDIDATE", "dst": dst, "payload": payload}
