"""A page that goes away in the very moment in which something is pushed to it."""

from unittest.mock import Mock

import pytest

from visitor_portal.websocket import Socket


@pytest.mark.parametrize("state", [Socket.STATE_CLOSING, Socket.STATE_CLOSED])
def test_nothing_is_sent_to_a_socket_that_is_gone(state: int) -> None:
    socket = Socket.__new__(Socket)
    socket.state, socket.transport, socket.client_addr = state, Mock(), None
    socket.serverSend("news")
    assert not socket.transport.write.called
