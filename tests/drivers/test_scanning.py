"""A scanner's bytes: whole, byte by byte, with a tail, as garbage; and what of them is told, how often."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanning import FRAME_MOST, GAP_S, MOST_IN_SAME, QUIET_S, SAME_S, Frames, Scanning
from tests.drivers.scanner_rigs import AT_S, END, PACKAGE, batch

Received = list[bytes | None]


def received(*pieces: bytes, pause_s: float = 0.0) -> Received:
    frames, found, now_s = Frames(), Received(), 100.0
    for piece in pieces:
        found += frames.receive(piece, now_s)
        now_s += pause_s
    return found


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_frame_whole_byte_by_byte_and_with_a_tail(end: bytes) -> None:
    sent = PACKAGE + end
    assert received(sent) == [PACKAGE]
    assert received(*(bytes([byte]) for byte in sent), pause_s=GAP_S / 2) == [PACKAGE]
    assert received(sent + b"]E0") == [PACKAGE]
    assert received(sent + b"]E0", b"1" + end) == [PACKAGE, b"]E01"]
    assert received(sent + sent) == [PACKAGE, PACKAGE]


def test_a_frame_that_does_not_end_is_none() -> None:
    assert received(b"]d201057", b"", pause_s=GAP_S * 1.1) == [None]
    assert received(b"]d201057", PACKAGE + END, pause_s=GAP_S * 1.1) == [None, PACKAGE]
    assert received(b"]d201057", b"", b"", b"", pause_s=GAP_S / 2) == [None]  # told by time alone


def test_a_frame_has_a_longest() -> None:
    longest = b"x" * FRAME_MOST
    assert received(longest + END) == [longest]
    assert received(longest, END) == [longest]
    assert received(longest + b"x" + END + PACKAGE + END) == [None, PACKAGE]
    assert received(longest, b"x", b"x", END, PACKAGE + END) == [None, None, None, PACKAGE]


@given(st.lists(st.binary(max_size=40) | st.just(END) | st.just(b"x" * FRAME_MOST)), st.data())
def test_frames_are_the_same_however_the_bytes_are_cut(pieces: list[bytes], data: st.DataObject) -> None:
    sent = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    cut = [sent[begin:end] for begin, end in pairwise([0, *cuts, len(sent)])]

    def only(found: Received) -> list[bytes]:
        return [frame for frame in found if frame is not None]

    assert only(received(*cut)) == only(received(sent))


@given(st.lists(st.binary(max_size=3000), max_size=30))
def test_nothing_is_kept_beyond_a_frame(pieces: list[bytes]) -> None:
    frames = Frames()
    for piece in pieces:
        frames.receive(piece, 0.0)
        assert len(frames._begun) <= FRAME_MOST


# -- what is told ----------------------------------------------------------------------------------------------------


def told(judge: Scanning, *codes: bytes, at_s: float) -> int:
    return len(judge.receive(b"".join(code + END for code in codes), at_s, AT_S))


def test_a_code_held_still_is_one_scan_until_it_has_been_away() -> None:
    judge = Scanning()
    assert told(judge, PACKAGE, at_s=0.0) == 1
    for tenth in range(1, 60):
        assert told(judge, PACKAGE, at_s=tenth / 10) == 0
    assert told(judge, PACKAGE, at_s=5.9 + SAME_S) == 0
    assert told(judge, PACKAGE, at_s=7.0 + 2 * SAME_S) == 1


def test_two_codes_of_one_package_read_in_turn_are_two_scans() -> None:
    judge = Scanning()
    ean = b"]E05712345678909"
    assert [told(judge, PACKAGE, ean, at_s=tenth / 10) for tenth in range(20)] == [2] + [0] * 19


def test_a_refused_code_held_still_is_told_once() -> None:
    judge = Scanning()
    assert [told(judge, b"]A0x", at_s=tenth / 10) for tenth in range(20)] == [1] + [0] * 19


def test_more_codes_than_a_hand_can_hold_up_are_nonsense_and_bounded() -> None:
    judge = Scanning()
    for number in range(1000):
        told(judge, batch(number), at_s=number / 1000)
    assert len(judge._recent) == MOST_IN_SAME
    assert judge.nonsense(1.0)
    assert told(judge, PACKAGE, at_s=2.0 + SAME_S) == 1


@pytest.mark.parametrize("sent", [b"x", b"0105712345678909", b"\x00\xff", b"]", b"]d", b"]\xe52", b"]d2" * 500])
def test_what_does_not_begin_as_a_code_is_nonsense_for_a_while(sent: bytes) -> None:
    judge = Scanning()
    assert not judge.nonsense(0.0)
    assert told(judge, sent, at_s=0.0) == 0
    assert judge.nonsense(QUIET_S)
    assert told(judge, PACKAGE, at_s=1.0) == 1
    assert not judge.nonsense(QUIET_S + 0.1)


def test_the_stamp_is_the_hubs_and_the_pauses_are_real() -> None:
    judge = Scanning()
    first, second = judge.receive(PACKAGE + END, 0.0, 9000.0), judge.receive(PACKAGE + END, SAME_S * 1.1, 1.0)
    assert [scan.at_s for scan in (*first, *second)] == [9000.0, 1.0]
