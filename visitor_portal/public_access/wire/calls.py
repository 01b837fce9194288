"""The parts a session is made of: media, ring, messages, cameras."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from visitor_portal.public_access.errors import BadAnswer

from .readers import (
    Json,
    certain,
    items,
    link,
    many,
    members,
    moment,
    present,
    readable,
    required,
    span,
    stamp,
    text,
    texts,
)

IceServer = dict[str, object]


def ice_server(data: object) -> IceServer:
    """Only the three members a browser knows, each of its own type; one of another type can stop a call."""
    data = members(data)
    urls = text(data, "urls") or list(texts(data, "urls"))
    if not urls:
        raise BadAnswer("no usable urls")
    return present({"urls": urls, "username": text(data, "username"), "credential": text(data, "credential")})


@dataclass(frozen=True, slots=True)
class PeerServer:
    host: str
    port: int = 443
    path: str = "/"
    secure: bool = True

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            host=required(data, "host"),
            port=span(data, "port") or 443,
            path=text(data, "path") or "/",
            # Without encryption only when that is what the building literally says.
            secure=data.get("secure") is not False,
        )

    def to_json(self) -> Json:
        return {"host": self.host, "port": self.port, "path": self.path, "secure": self.secure}


@dataclass(frozen=True, slots=True)
class Ring:
    """Devices told of a call, and how far the news came on them."""

    devices: int = 0
    sent: int = 0
    shown: int = 0
    opened: int = 0

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        devices, sent, shown, opened = (span(data, key) or 0 for key in ("devices", "sent", "shown", "opened"))
        return cls(devices, sent, shown, opened)

    def to_json(self) -> Json:
        return {"devices": self.devices, "sent": self.sent, "shown": self.shown, "opened": self.opened}


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    from_: str
    text: str | None = None
    phrase: str | None = None
    at: datetime | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        words, phrase = text(data, "text"), text(data, "phrase")
        if not words and not phrase:
            raise BadAnswer("an empty message")
        return cls(text(data, "id") or "", text(data, "from") or "", words, phrase, moment(data, "at"))

    def to_json(self) -> Json:
        return present(
            {
                "id": self.id,
                "from": self.from_,
                "text": self.text,
                "phrase": self.phrase,
                "at": stamp(self.at),
            }
        )


@dataclass(frozen=True, slots=True)
class Writing:
    """What one side may write now: how many lines more, and whether a phrase may go by its key."""

    left: int = 0
    phrases: bool = False

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(span(data, "left") or 0, certain(data, "phrases"))

    def to_json(self) -> Json:
        return {"left": self.left, "phrases": self.phrases}


@dataclass(frozen=True, slots=True)
class Camera:
    device_id: str
    label: str = ""
    snapshot_url: str | None = None
    stream_url: str | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(
            device_id=required(data, "device_id"),
            label=text(data, "label") or "",
            snapshot_url=link(data, "snapshot_url"),
            stream_url=link(data, "stream_url"),
        )

    def to_json(self) -> Json:
        optional = present({"snapshot_url": self.snapshot_url, "stream_url": self.stream_url})
        return {"device_id": self.device_id, "label": self.label} | optional


@dataclass(frozen=True, slots=True)
class Streams:
    device_ids: tuple[str, ...] = ()
    cameras: tuple[Camera, ...] = ()

    @classmethod
    def from_json(cls, data: object) -> Self:
        data = members(data)
        return cls(texts(data, "device_ids"), readable(items(data, "cameras"), Camera.from_json))

    def to_json(self) -> Json:
        return present({"device_ids": list(self.device_ids), "cameras": many(self.cameras)})
