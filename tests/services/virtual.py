"""A virtual machine for what takes drivers of its own: the screen on a bare display, and a Wi-Fi by NetworkManager.

Emulated without the help of the processor (some minutes), for not every machine lends that. `make install` with DESTDIR
puts the services on its disk.
"""

import json
import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from tests.services.machine import KEPT, copy_tree, debian, fetch_wheels, unpack

KERNEL = ("linux-image-amd64", "initramfs-tools", "kmod")
WIFI = ("network-manager", "wpasupplicant", "hostapd", "dnsmasq-base", "iw", "iproute2", "iputils-ping")
PATIENCE_S = 600.0
PROOF = """[Unit]
After=multi-user.target
[Service]
Environment=PYTHONPATH=/src PYTHONDONTWRITEBYTECODE=1
ExecStartPre=/sbin/modprobe uinput
ExecStart=/opt/medhub/venv/bin/python -m tests.services.virtual_within
StandardOutput=journal+console
StandardError=journal+console
ExecStopPost=/bin/systemctl poweroff --no-block
"""


def findings(pictures: Path) -> Iterator[dict[str, Any]]:
    """What the virtual machine says, one after the other; where it asks for one, a picture of its display."""
    assert platform.machine() == "x86_64", "the virtual machine is an x86-64"
    with tempfile.TemporaryDirectory(prefix="medhub-virtual-", dir="/var/tmp") as name:
        folder = Path(name)
        _make_disk(folder)
        with subprocess.Popen(_qemu(folder)) as machine:
            try:
                yield from _told(folder, machine, pictures)
            finally:
                machine.kill()


def _make_disk(folder: Path) -> None:
    root = folder / "root"
    unpack(debian(*KERNEL, *WIFI), root)
    fetch_wheels()
    copy_tree(root / "src")
    shutil.copytree(root / "src", folder / "src")
    env = {**os.environ, "DESTDIR": str(root), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(KEPT / "wheels")}
    subprocess.run(["make", "install"], cwd=folder / "src", env=env, check=True)
    subprocess.run(["chroot", str(root), "systemd-sysusers"], check=True, capture_output=True)
    (root / "etc/systemd/system/proof.service").write_text(PROOF)
    wants = root / "etc/systemd/system/graphical.target.wants"
    wants.mkdir()
    (wants / "proof.service").symlink_to("../proof.service")
    (root / "etc/systemd/system/multi-user.target.wants/medhub.target").unlink()  # the proof starts the screen alone
    for name in ("vmlinuz", "initrd.img"):
        shutil.copy(next((root / "boot").glob(f"{name}-*")), folder / name)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(folder / "disk"), "2700M"], check=True)


def _qemu(folder: Path) -> list[str]:
    return [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "2048", "-smp", "2",
        "-kernel", str(folder / "vmlinuz"), "-initrd", str(folder / "initrd.img"),
        "-append", "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0",
        "-drive", f"file={folder}/disk,if=virtio,format=raw", "-vga", "none",
        "-device", "virtio-gpu-pci,xres=1280,yres=800", "-display", "none", "-nic", "none", "-no-reboot",
        "-serial", f"file:{folder}/console", "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
    ]  # fmt: skip


def _told(folder: Path, machine: "subprocess.Popen[bytes]", pictures: Path) -> Iterator[dict[str, Any]]:
    until, seen = time.monotonic() + PATIENCE_S, 0
    while machine.poll() is None:
        assert time.monotonic() < until, "the virtual machine says nothing more"
        time.sleep(0.5)
        lines = (folder / "console").read_text(errors="replace").splitlines() if (folder / "console").exists() else []
        said = [line[line.index('{"check"') :] for line in lines if '{"check"' in line and line.endswith("}")]
        for one in map(json.loads, said[seen:]):
            seen += 1
            if one.get("picture"):
                _picture(folder, pictures / f"{one['picture']}.png")
            if one["check"] == "end":
                return
            if not one.get("ok", True):
                print("\n".join(lines[-60:]))
            yield one


def _picture(folder: Path, path: Path) -> None:
    """What the display shows now."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(str(folder / "qmp"))
        lines = monitor.makefile("rw")
        lines.readline()
        shot = {"execute": "screendump", "arguments": {"filename": str(folder / "shot.ppm")}}
        for command in ({"execute": "qmp_capabilities"}, shot):
            lines.write(json.dumps(command) + "\n")
            lines.flush()
            lines.readline()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(folder / "shot.ppm").save(path)
