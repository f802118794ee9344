"""A Debian kernel that has gpio-sim, and what it needs to come up with this machine's own files.

Debian 12's and 13's own kernels leave gpio-sim out; the backports' has it as a module. It is fetched by apt from the
mirror of this machine, into a folder of its own: nothing is installed.
"""

import lzma
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

SUITE = "trixie-backports"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
META = "linux-image-amd64"
MODULES = ("9p", "9pnet_virtio", "gpio-sim")
BUSYBOX = Path("/bin/busybox")  # busybox-static
INIT = """#!/bin/busybox sh
b=/bin/busybox
for module in {modules}; do $b insmod /lib/$module; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /host
$b mount -t proc none /host/proc
$b mount -t sysfs none /host/sys
$b mount -t devtmpfs none /host/dev
$b mount -t configfs none /host/sys/kernel/config
for folder in tmp run; do $b mount -t tmpfs none /host/$folder; done
$b chroot /host /bin/sh -c '{command}'
echo "ended: $?"
$b poweroff -f
"""


class Kernel:
    """The newest one of the suite, in `folder`; fetched unless it is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder / "root"
        if not list(self._root.rglob("vmlinuz*")):
            self._fetch()

    @property
    def image(self) -> Path:
        return next(self._root.rglob("vmlinuz*"))

    def initrd(self, command: str) -> Path:
        """A root that loads the modules, gives `command` this machine's files to read, says how it ended, and stops."""
        stage = self._folder / "initrd"
        for folder in ("bin", "lib", "host"):
            (stage / folder).mkdir(parents=True, exist_ok=True)
        (stage / "bin" / "busybox").write_bytes(BUSYBOX.read_bytes())
        modules = list(dict.fromkeys(name for module in MODULES for name in self._with_its_own(module)))
        for name in modules:
            (stage / "lib" / name).write_bytes(self._module(name))
        (stage / "init").write_text(INIT.format(modules=" ".join(modules), command=command))
        for path in (stage / "init", stage / "bin" / "busybox"):
            path.chmod(0o755)
        names = b"\n".join(os.fsencode(path.relative_to(stage)) for path in sorted(stage.rglob("*")))
        packed = self._folder / "initrd.cpio"
        with packed.open("wb") as file:
            subprocess.run([BUSYBOX, "cpio", "-o", "-H", "newc"], cwd=stage, input=names, stdout=file,
                           stderr=subprocess.DEVNULL, check=True)  # fmt: skip
        return packed

    def _with_its_own(self, name: str) -> Iterator[str]:
        """A module after those it depends on; what is in the kernel itself is no file."""
        content = self._module(name)
        if content:
            depends = re.search(rb"\0depends=([^\0]*)\0", content)
            for other in depends[1].decode().split(",") if depends and depends[1] else ():
                yield from self._with_its_own(other)
            yield name

    def _module(self, name: str) -> bytes:
        spelt = {name, name.replace("_", "-"), name.replace("-", "_")}
        found = [path for one in spelt for path in self._root.rglob(f"{one}.ko.xz")]
        return lzma.decompress(found[0].read_bytes()) if found else b""

    # -- fetching ----------------------------------------------------------------------------------------------------

    def _fetch(self) -> None:
        apt = self._folder / "apt"
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (apt / folder).mkdir(parents=True, exist_ok=True)
        (apt / "sources.list").write_text(f"deb [signed-by={KEYRING}] {_mirror()} {SUITE} main\n")
        self._apt("apt-get", "-qq", "update")
        image = self._needs(META, "linux-image-")
        wanted = [image, *self._needs_of(image, "linux-binary-"), *self._needs_of(image, "linux-modules-")]
        self._apt("apt-get", "-qq", "download", *wanted)
        for package in self._folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, self._root], check=True)
            package.unlink()

    def _needs(self, package: str, what: str) -> str:
        return self._needs_of(package, what)[0]

    def _needs_of(self, package: str, what: str) -> list[str]:
        said = self._apt("apt-cache", "depends", package)
        return re.findall(rf"^  Depends: ({re.escape(what)}\S+)$", said, flags=re.MULTILINE)

    def _apt(self, tool: str, *arguments: str) -> str:
        apt = self._folder.resolve() / "apt"
        options = {"Dir::Etc::SourceList": f"{apt}/sources.list", "Dir::Etc::SourceParts": "/dev/null",
                   "Dir::State": f"{apt}/state", "Dir::Cache": f"{apt}/cache", "Dir::State::status": "/dev/null",
                   "APT::Sandbox::User": "root"}  # fmt: skip
        command = [tool, *(f"-o{key}={value}" for key, value in options.items()), *arguments]
        return subprocess.run(command, cwd=self._folder, stdout=subprocess.PIPE, text=True, check=True).stdout


def _mirror() -> str:
    """Of this machine's own Debian."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Component: main"]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return next(uri for uri in found if uri.rstrip("/").endswith("/debian"))
