"""The scale's serial line: its lines whole, by bytes, with tails and as garbage; and a port that comes and goes."""

import os
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.load_cell import RAIL
from drivers.scale_serial import BAUD, BEHIND, LINE_MOST, PATIENCE_S, Lines, SerialCell
from drivers.world_scale_line import line
from hub.ports import DeviceError
from tests.drivers.scale_rigs import scale_on
from tests.drivers.test_scale import said
from tests.drivers.worlds import wait_for

COUNTS = st.integers(-RAIL - 1, RAIL)


def stream(counts: list[int]) -> bytes:
    return b"".join(line(each, number / 10) for number, each in enumerate(counts))


def synchronised() -> Lines:
    lines = Lines()
    assert lines.receive(b"\n") == []
    return lines


# -- lines -----------------------------------------------------------------------------------------------------------


@given(st.lists(COUNTS, max_size=20), st.lists(st.integers(1, 50), min_size=1))
def test_however_it_is_cut_each_line_is_read_once(counts: list[int], cuts: list[int]) -> None:
    lines, rest, found = synchronised(), stream(counts), []
    while rest:
        size = cuts[len(found) % len(cuts)]
        found.append(lines.receive(rest[:size]))
        rest = rest[size:]
    assert [each for piece in found for each in piece] == counts
    assert not lines.nonsense


@given(st.lists(COUNTS, min_size=1, max_size=5), st.integers(1, 200))
def test_a_line_nobody_saw_begin_is_none(counts: list[int], begun: int) -> None:
    """Its end alone may look like a whole one, and be of another number."""
    sent = stream(counts)
    cut = min(begun, len(sent))
    seen = sent[cut:]
    whole = seen.count(b"\n") - (not sent[:cut].endswith(b"\n") and b"\n" in seen)
    lines = Lines()
    assert lines.receive(b"") == []
    if sent[:cut].endswith(b"\n"):
        lines.receive(b"\n")
    assert lines.receive(seen) == counts[len(counts) - whole :]


def test_a_line_that_stops_in_its_middle_is_none() -> None:
    """What comes of it later was weighed earlier (R13)."""
    lines, sent = synchronised(), line(123_456, 1.0)
    assert lines.receive(sent[:-5]) == []
    assert lines.receive(b"") == []
    assert lines.receive(sent[-5:]) == []
    assert lines.receive(line(5, 1.1)) == [5]


@pytest.mark.parametrize(
    "wrong",
    [
        b"", b"OpenScale v1.2", b"Readings:", b"1000,0.1234,kg,8388608,", b"1000,0.1234,kg,-8388609,",
        b"1000,0.1234,lbs,5000,", b"1000,0.1234,kg,5000", b"1000,0.1234,kg,", b"1000,0.12,kg,5000,",
        b"1000,0.1234,kg,5000,21.5,", b",0.1234,kg,5000,", b"1000,0.1234,kg,5 000,", b"1000,0.1234,kg,+5000,",
        b"1000,0.1234,kg,0x13,", b"1000,0.1234,kg,5000.0,", b"1000,0.1234,kg,5000,\r\r", "1000,0.1234,kg,٣,".encode(),
        b"1000,nan,kg,5000,", b" 1000,0.1234,kg,5000,", b"1000,0.1234,kg,5000,\x00",
    ],
)  # fmt: skip
def test_what_is_not_one_of_its_lines_is_none(wrong: bytes) -> None:
    lines = synchronised()
    assert lines.receive(wrong + b"\n") == []
    assert lines.nonsense
    assert lines.receive(line(7, 1.0)) == [7]


@given(st.lists(st.binary(max_size=200), max_size=30))
def test_garbage_is_bounded_and_nothing_escapes(pieces: list[bytes]) -> None:
    lines = Lines()
    for piece in pieces:
        assert all(-RAIL - 1 <= counts <= RAIL for counts in lines.receive(piece))
        assert len(lines._begun) <= LINE_MOST
    lines.receive(b"\n")
    assert lines.receive(line(7, 1.0)) == [7]


def misread(sent: bytes, at: int, read_at: int) -> bytes:
    """What a UART makes of bytes sent at another speed: 8N1, sampled in the middle of each bit it believes in."""
    bits = [bit for byte in sent for bit in (0, *((byte >> place) & 1 for place in range(8)), 1)] + [1] * 20
    step, here, found = at / read_at, 0.0, bytearray()
    while (begin := next((n for n in range(int(here), len(bits)) if not bits[n]), None)) is not None:
        middles = [int(max(here, begin) + step * (place + 1.5)) for place in range(8)]
        if middles[-1] >= len(bits):
            break
        found.append(sum(bits[middle] << place for place, middle in enumerate(middles)))
        here = max(here, begin) + step * 9.5
    return bytes(found)


@pytest.mark.parametrize("at", [1200, 2400, 4800, 19_200, 38_400, 57_600, 115_200])
def test_at_a_wrong_speed_nothing_is_a_weight(at: int) -> None:
    sent = stream([Random(at).randint(500_000, 600_000) for _ in range(200)])
    lines = Lines()
    assert misread(sent, BAUD, BAUD) == sent
    assert lines.receive(misread(sent, at, BAUD)) == []
    assert lines.nonsense


# -- the port --------------------------------------------------------------------------------------------------------


class Cable:
    """A serial line's far end in the test's hand, and its near one under a name."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.plug()

    def plug(self) -> None:
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.link.symlink_to(os.ttyname(self._near))

    def pull(self) -> None:
        """Pull the plug out: the line hangs up."""
        self.link.unlink()
        os.close(self._far)
        os.close(self._near)

    def send(self, data: bytes) -> None:
        os.write(self._far, data)


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    made = Cable(tmp_path / "scale")
    yield made
    if made.link.is_symlink():
        made.pull()


@pytest.fixture
def cell(cable: Cable, closing: ExitStack) -> SerialCell:
    made = SerialCell(cable.link)
    closing.callback(made.close)
    with pytest.raises(DeviceError, match="nothing comes from"):
        made.sample()
    return made


def test_each_line_is_a_sample(cable: Cable, cell: SerialCell) -> None:
    cable.send(b"\n" + line(4711, 1.0))
    assert cell.sample() == 4711
    for byte in line(-12, 1.1)[:-1]:
        cable.send(bytes([byte]))
    cable.send(b"\n")
    assert cell.sample() == -12


def test_what_waited_while_nobody_read_is_dropped(cable: Cable, cell: SerialCell) -> None:
    """R13: what was weighed before a lid moved must not pass for what was weighed after."""
    old = b"\n" + stream([531_000] * 5)
    assert len(old) > BEHIND
    cable.send(old)
    with pytest.raises(DeviceError, match="no weight"):
        cell.sample()
    cable.send(b"\n" + line(5, 1.0))
    assert cell.sample() == 5


def test_opening_drops_what_waited(cable: Cable, closing: ExitStack) -> None:
    cable.send(b"\n" + line(1, 1.0))
    cell = SerialCell(cable.link)
    closing.callback(cell.close)
    with pytest.raises(DeviceError, match="nothing comes from"):
        cell.sample()


def test_nonsense_is_told_apart_from_silence(cable: Cable, cell: SerialCell) -> None:
    cable.send(b"\nReadings:\n")
    with pytest.raises(DeviceError, match=r"no weight; is it set as docs/scale\.md says\?"):
        cell.sample()


def test_pulled_out_and_put_back_it_is_found(cable: Cable, cell: SerialCell) -> None:
    cable.pull()
    for reason in ("hung up|Input/output error", "No such file"):
        with pytest.raises(DeviceError, match=reason):
            cell.sample()
    cable.plug()
    with pytest.raises(DeviceError, match="nothing comes from"):
        cell.sample()
    cable.send(b"\n" + line(5, 1.0))
    assert cell.sample() == 5


def test_a_name_that_leads_to_no_serial_line_is_a_device_error(tmp_path: Path) -> None:
    (tmp_path / "scale").write_text("1000,0.1234,kg,5000,\n")
    with pytest.raises(DeviceError, match="not at"):
        SerialCell(tmp_path / "scale").sample()


def test_two_readers_would_each_get_half(cable: Cable, cell: SerialCell) -> None:
    with pytest.raises(DeviceError, match="not at"):
        SerialCell(cable.link).sample()


def test_closing_waits_for_no_line(cable: Cable, closing: ExitStack) -> None:
    scale = scale_on(SerialCell(cable.link), closing)
    wait_for("silence", lambda: "nothing comes" in str(said(scale)))
    begun = time.monotonic()
    scale.close()
    assert time.monotonic() - begun < 4 * PATIENCE_S
