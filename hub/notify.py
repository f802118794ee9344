"""systemd's notification protocol (sd_notify(3)), as little of it as the hub needs; outside systemd nothing happens."""

import os
import socket


def ready() -> None:
    """The hub has booted and decides."""
    _send("READY=1")


def watchdog() -> None:
    """A whole good tick is behind us (R16)."""
    _send("WATCHDOG=1")


def status(text: str) -> None:
    """One line for `systemctl status`; no health data (R15)."""
    _send(f"STATUS={text}")


def _send(message: str) -> None:
    """A manager that does not listen is not the hub's trouble: what is missed, systemd acts on by itself."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as to:
        try:
            to.sendto(message.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            return
