"""What Firefox takes for Mozilla's push service: a socket on which it registers, and addresses that lead there."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

from websockets.sync.server import Server, ServerConnection, serve

from .service import text


class AutoPush:
    def __init__(self) -> None:
        self.channels: dict[str, ServerConnection] = {}
        self.acks: list[int] = []
        self.sent = 0
        self.socket: Server = serve(self._talk, "127.0.0.1", 0, subprotocols=["push-notification"], compression=None)  # type: ignore[list-item]
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (_Asked,), {"service": self}))
        self.threads = [Thread(target=each.serve_forever, daemon=True) for each in (self.socket, self.http)]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.http.server_port}"

    @property
    def preferences(self) -> dict[str, Any]:
        port = self.socket.socket.getsockname()[1]
        return {
            "dom.push.serverURL": f"ws://127.0.0.1:{port}/",
            "dom.push.testing.allowInsecureServerURL": True,
            "dom.push.connection.enabled": True,
            "dom.push.enabled": True,
            "dom.push.maxQuotaPerSubscription": 1000,
            "permissions.default.desktop-notification": 1,
            "alerts.useSystemBackend": False,
        }

    def __enter__(self) -> "AutoPush":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self.socket.shutdown()
        self.http.shutdown()
        self.http.server_close()

    def _talk(self, wire: ServerConnection) -> None:
        for line in wire:
            asked = json.loads(line)
            kind, channel = asked.get("messageType"), asked.get("channelID", "")
            if kind == "hello":
                answer = {"uaid": uuid4().hex, "status": 200, "use_webpush": True, "broadcasts": {}}
            elif kind in ("register", "unregister"):
                self.channels[channel] = wire
                answer = {"channelID": channel, "status": 200, "pushEndpoint": f"http://{self.host}/wpush/{channel}"}
            elif kind == "ack":
                self.acks += [update["code"] for update in asked["updates"]]
                continue
            else:
                wire.send("{}")
                continue
            wire.send(json.dumps({"messageType": kind, **answer}))

    def deliver(self, channel: str, body: bytes, headers: dict[str, str]) -> int:
        if channel not in self.channels:
            return 404
        note = {"messageType": "notification", "channelID": channel, "version": uuid4().hex, "data": text(body)}
        note |= {"ttl": int(headers["TTL"]), "headers": {"encoding": headers["Content-Encoding"]}}  # type: ignore[dict-item]
        self.channels[channel].send(json.dumps(note))
        self.sent += 1
        return 201


class _Asked(BaseHTTPRequestHandler):
    service: AutoPush

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.service.deliver(self.path.rpartition("/")[2], body, dict(self.headers.items())))
        self.send_header("Content-Length", "0")
        self.end_headers()
