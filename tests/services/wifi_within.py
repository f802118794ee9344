"""Within the virtual machine: a Wi-Fi joined by the broker, with the real NetworkManager, wpa_supplicant and a radio.

The radio is the kernel's own simulation (mac80211_hwsim): real frames, a real WPA handshake and no air. The access
points stand in a network namespace of their own, so what is answered has crossed it.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from hub.broker.acts import WIFI
from hub.broker.verbs import Done, JoinWifi, ask
from tests.services.units import acting_as

PATIENCE_S = 90.0
OURS = "wlan0"


class AccessPoint(Struct, frozen=True):
    """`interface` in the namespace `ap`, with a DHCP server at `net`.1."""

    interface: str
    net: str
    ssid: str
    passphrase: str
    security: str


WPA2 = AccessPoint("wlan1", "10.9.1", "Kærvej 4; [x] #2", " en \\lang; kode# \\s", "wpa_key_mgmt=WPA-PSK")
WPA3 = AccessPoint(
    "wlan2", "10.9.2", "æ" * 16, "9" * 31 + "=;" + "z" * 30, "wpa_key_mgmt=SAE\nieee80211w=2\nsae_require_mfp=1"
)


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def access_points(folder: Path) -> Iterator[None]:
    """Three radios: one is the box's, two are taken into the namespace and beacon."""
    run("modprobe", "mac80211_hwsim", "radios=3")
    run("udevadm", "settle")
    run("ip", "netns", "add", "ap")
    with ExitStack() as stack:
        for point in (WPA2, WPA3):
            phy = Path(f"/sys/class/net/{point.interface}/phy80211/name").read_text().strip()
            run("iw", "phy", phy, "set", "netns", "name", "ap")
            settings = folder / f"{point.interface}.conf"
            settings.write_text(
                f"interface={point.interface}\nhw_mode=g\nchannel=1\nssid2={point.ssid.encode().hex()}\nwpa=2\n"
                f"rsn_pairwise=CCMP\nwpa_passphrase={point.passphrase}\n{point.security}\n"
            )
            inside = ("ip", "netns", "exec", "ap")
            stack.enter_context(_running(*inside, "hostapd", str(settings)))
            run(*inside, "ip", "address", "add", f"{point.net}.1/24", "dev", point.interface)
            stack.enter_context(
                _running(*inside, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
                         f"--interface={point.interface}", "--bind-interfaces", f"--pid-file={folder}/{point.net}",
                         f"--dhcp-leasefile={folder}/{point.net}.leases",
                         f"--dhcp-range={point.net}.10,{point.net}.20,1h")
            )  # fmt: skip
        yield


def wait_for(what: str, until: Callable[[], bool]) -> None:
    by = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < by, f"waited in vain for {what}"
        time.sleep(0.5)


@contextmanager
def _running(*words: str) -> Iterator[None]:
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def joins(ssid: str, passphrase: str) -> tuple[Done, float]:
    """The hub's uid asks over the broker's socket, as booted."""
    begun = time.monotonic()
    with acting_as("medhub-hub", "medhub-hub"):
        done = ask(JoinWifi(ssid, passphrase))
    return done, time.monotonic() - begun


def is_on(point: AccessPoint) -> bool:
    """NetworkManager says so, the radio does, and the access point answers through it."""
    active = run("nmcli", "-t", "-f", "NAME,DEVICE,STATE", "connection", "show", "--active")
    if f"medhub:{OURS}:activated" not in active.splitlines():
        return False
    address = run("ip", "-4", "-br", "address", "show", OURS)
    ping = ("ping", "-c", "1", "-W", "2", "-I", OURS, f"{point.net}.1")
    return f" {point.net}." in address and not subprocess.run(ping, capture_output=True, check=False).returncode


def profiles() -> list[str]:
    return [
        line for line in run("nmcli", "-t", "-f", "TYPE,NAME", "connection", "show").splitlines() if "wireless" in line
    ]


def main(say: Callable[..., None]) -> None:
    folder = Path("/run/proof-wifi")
    folder.mkdir()
    run("systemctl", "start", "medhub-broker.socket", "NetworkManager.service")
    version = run("NetworkManager", "--version")
    with access_points(folder):
        wait_for("NetworkManager to see the radio", lambda: f"{OURS}:disconnected" in run(
            "nmcli", "-t", "-f", "DEVICE,STATE", "device"))  # fmt: skip
        took = {}
        for name, point in (("WPA2", WPA2), ("WPA3", WPA3)):
            done, took[name] = joins(point.ssid, point.passphrase)
            assert done == Done(), f"{name}: {done.refused}"
            assert is_on(point), f"{name}: said to be joined, and is not"
            assert profiles() == ["802-11-wireless:medhub"], profiles()
        figure = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items())
        say("joined", f"NetworkManager {version}: {figure}; an address, and the access point answers; one profile")
        done, _ = joins(WPA2.ssid, "not the right one")
        assert done.refused == "nmcli failed", done
        wait_for("the one before to be joined again", lambda: is_on(WPA3))
        say("wrong passphrase", f"refused ({done.refused}), and the one before is joined again")
        done, _ = joins(WPA2.ssid, WPA2.passphrase)
        assert done == Done(), done.refused
        run("systemctl", "restart", "NetworkManager.service")
        wait_for("NetworkManager to join by itself", lambda: is_on(WPA2))
        say("by itself", "the right one afterwards is joined; again after a restart of NetworkManager, as after a boot")
        mode = os.stat(WIFI).st_mode & 0o777
        journal = run("journalctl", "-q", "-b", "-o", "cat")
        assert mode == 0o600, oct(mode)
        assert "asked for JoinWifi" in journal
        assert not [p for p in (WPA2.passphrase, WPA3.passphrase, "not the right one") if p in journal]
        say("the passphrase", "in a file of root's alone, and nowhere in systemd's journal")
