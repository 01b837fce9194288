"""Moving pictures as cameras send them and as pages get them: JPEGs in a row, each with a line between."""

import re
from email.message import Message

MOST_FRAME = 2 * 1024 * 1024
MOST_HEADERS = 4 * 1024
MOST_BETWEEN = MOST_FRAME + 64 * 1024  # bytes that came since the last picture and are none
CONTENT_TYPE = "multipart/x-mixed-replace; boundary=frame"
OPENING = b"--frame\r\n"
_JPEG = b"\xff\xd8\xff"
_BLANK = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Garbage(Exception):
    """What came is not a row of pictures."""


def boundary_of(content_type: str) -> bytes:
    """The line that this answer puts between its pictures. Raises Garbage where it is no such answer."""
    header = Message()
    header["content-type"] = content_type
    # Some cameras count the dashes in front as part of it: without them, both are found.
    boundary = (header.get_boundary() or "").lstrip("-")
    if header.get_content_type() != "multipart/x-mixed-replace" or not 0 < len(boundary) <= 200:
        raise Garbage("type")
    try:
        return b"--" + boundary.encode("ascii")
    except UnicodeEncodeError:
        raise Garbage("type") from None


def part(jpeg: bytes) -> bytes:
    """One picture for a page. The line after it goes with it: until that comes, browsers hold the picture back."""
    return b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n--frame\r\n" % (len(jpeg), jpeg)


class Cutter:
    """Cuts what a camera sends into its pictures. It holds one unfinished picture, and never more than that."""

    def __init__(self, boundary: bytes) -> None:
        self._boundary = boundary
        self._held = bytearray()
        self._searched = 0  # as far as this, the end of the picture was looked for in vain
        self._length: int | None = None  # of the picture, by the camera's word
        self._is_in_picture = False
        self._idle = 0

    def add(self, chunk: bytes) -> list[bytes]:
        """The pictures that end with this chunk."""
        self._held += chunk
        self._idle += len(chunk)
        found = []
        while (body := self._next()) is not None:
            if body.startswith(_JPEG):
                found.append(body)
                self._idle = len(self._held)
        if self._idle > MOST_BETWEEN:
            raise Garbage("no picture")
        return found

    def _next(self) -> bytes | None:
        if not self._is_in_picture and not self._start():
            return None
        end = self._length if self._length is not None else self._end()
        if end is None or len(self._held) < end:
            return None
        body = bytes(self._held[:end])
        del self._held[:end]
        self._is_in_picture = False
        return body

    def _start(self) -> bool:
        """Go past the next line between pictures and the headers after it, once all of them have come."""
        at = self._held.find(self._boundary)
        if at < 0:
            del self._held[: -len(self._boundary)]
            return False
        del self._held[:at]
        headers = _BLANK.search(self._held)
        if headers is None:
            if len(self._held) > MOST_HEADERS:
                raise Garbage("headers")
            return False
        self._length = _length(bytes(self._held[: headers.start()]))
        del self._held[: headers.end()]
        self._is_in_picture, self._searched = True, 0
        return True

    def _end(self) -> int | None:
        """Where the picture ends that came without its length: at the next line between."""
        at = self._held.find(self._boundary, self._searched)
        self._searched = max(0, len(self._held) - len(self._boundary))
        if max(at, self._searched) > MOST_FRAME:
            raise Garbage("frame")
        return None if at < 0 else at


def _length(headers: bytes) -> int | None:
    said = _LENGTH.search(headers)
    if said is None:
        return None
    length = int(said[1])
    if length > MOST_FRAME:
        raise Garbage("frame")
    return length
