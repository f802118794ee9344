"""`make prove-gpio`: the contract of locks and lids over a kernel's real gpiochips, in a machine of its own.

QEMU boots a Debian kernel with two chips of gpio-sim, reads this machine's files (read-only) and runs the suites that
`make test` runs over a fake kernel. Needs qemu-system-x86 and busybox-static; no root, no network but apt's mirror.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.proof_gpio.kernel import BUSYBOX, Kernel

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "proofs" / "gpio.md"
BEGIN, END = "<!-- written by make prove-gpio -->", "<!-- to here -->"
QEMU = "qemu-system-x86_64"
LONGEST_S = 900


def main() -> int:
    missing = [name for name, there in ((QEMU, shutil.which(QEMU)), (str(BUSYBOX), BUSYBOX.exists())) if not there]
    if missing:
        print(f"There is no {', no '.join(missing)}: apt-get install qemu-system-x86 busybox-static", file=sys.stderr)
        return 2
    folder = ROOT / "out" / "gpio"
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    said = _boot(Kernel(folder))
    (folder / "said.txt").write_text(said)
    tests = re.findall(r"^PASSED (?:tests/)?drivers/(\S+)", said, flags=re.MULTILINE)
    print(re.sub(r"^PASSED .*\n", "", said, flags=re.MULTILINE))
    if "ended: 0" not in said or not tests:
        print("It did not pass: out/gpio/said.txt")
        return 1
    PAGE.write_text(_written(PAGE.read_text(), said, tests, time.monotonic() - began))
    print(f"{len(tests)} passed on a kernel's chips: {PAGE.relative_to(ROOT)}")
    return 0


def _boot(kernel: Kernel) -> str:
    command = f"cd {ROOT} && MEDHUB_GPIO=sim PYTHONDONTWRITEBYTECODE=1 .venv/bin/python -m tests.proof_gpio.within"
    machine = [
        QEMU, "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "1024", "-smp", "2", "-nographic", "-no-reboot",
        "-nic", "none", "-kernel", str(kernel.image), "-initrd", str(kernel.initrd(command)),
        "-append", "console=ttyS0 quiet panic=-1",
        "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
    ]  # fmt: skip
    done = subprocess.run(machine, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=LONGEST_S, check=False)
    return done.stdout.decode(errors="replace").replace("\r", "")


def _written(page: str, said: str, tests: list[str], real_s: float) -> str:
    """The page with this run's figure and tests in place of the last one's."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    kernel, median = (re.search(rf"{name}: (\S+)", said) for name in ("kernel", "median"))
    assert kernel
    assert median
    figure = (
        f"**Figure.** `make prove-gpio` · {_commit()} · {datetime.now(UTC).date()} · {os.cpu_count()} cores: "
        f"{len(tests)} tests passed on Linux {kernel[1]}'s gpio-sim, in {real_s:.0f} s with the machine's boot; from a "
        f"lid's switch to its callback {median[1]} ms (median of 36, on an emulated processor)."
    )
    return "\n".join([before + BEGIN, figure, "", "```", *tests, "```", END + after])


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ("git", "-C", ROOT, *arguments), stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()

    ours = ("drivers", "hub/ports.py", "hub/commissioning.py", "tests/drivers", "tests/proof_gpio")
    changed = git("status", "--porcelain", "--", *ours)
    return f"commit {git('rev-parse', '--short', 'HEAD')}{' with changes' if changed else ''}"


if __name__ == "__main__":
    sys.exit(main())
