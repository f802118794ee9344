"""A code is read whole or refused whole, and the refusal says where it failed, never what was there."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from drivers import gs1
from hub.ports import Package, Scan, ScanRefused, Symbology, Unread
from tests.parsers import codes
from tests.parsers.oracle import meant, mod_10

AT_S = 47.11
GTIN = "07046261234566"  # Nordic: item number 123456
OTHER = "05712345678909"  # a maker's own
WHOLE = b"]d201" + GTIN.encode() + b"17280600" + b"10A7/b\x1d" + b"21S-0001"


def read(frame: bytes) -> Package | str:
    scan = gs1.read(frame, AT_S)
    assert isinstance(scan, Scan), scan
    assert scan.at_s == AT_S
    return scan.code


def refused(frame: bytes) -> tuple[Unread, str]:
    scan = gs1.read(frame, AT_S)
    assert isinstance(scan, ScanRefused), scan
    assert scan.at_s == AT_S
    return scan.why, scan.about


def package(content: str, kind: str = "]d2") -> Package:
    code = read((kind + content).encode())
    assert isinstance(code, Package)
    return code


# -- what is read ----------------------------------------------------------------------------------------------------


def test_a_package_of_the_falsified_medicines_directive() -> None:
    scan = gs1.read(WHOLE, AT_S)
    assert scan == Scan(
        AT_S, Symbology.GS1_DATAMATRIX, Package(GTIN, "123456", "A7/b", date(2028, 6, 30), "S-0001")
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["]d2", "]C1", "]e0", "]Q3"])
def test_each_carrier_of_element_strings(kind: str) -> None:
    assert package("01" + OTHER, kind) == Package(OTHER)
    assert gs1.read((kind + "01" + OTHER).encode(), AT_S).symbology == kind


@pytest.mark.parametrize(
    ("frame", "gtin"),
    [
        (b"]E05712345678909", OTHER),
        (b"]E496385074", "00000096385074"),
        (b"]C05712345678909", OTHER),
        (b"]C015712345678906", "15712345678906"),
    ],
)
def test_a_plain_gtin_becomes_fourteen_digits(frame: bytes, gtin: str) -> None:
    assert read(frame) == Package(gtin)


def test_an_ean_13_of_the_nordic_number_centre_holds_the_item_number() -> None:
    assert read(b"]E0" + GTIN[1:].encode()) == Package(GTIN, "123456")


@pytest.mark.parametrize(
    ("number", "nordic"),
    [
        ("000000", False), ("000001", True), ("199999", True), ("200000", False), ("369999", False), ("370000", True),
        ("599999", True), ("600000", False), ("686770", False), ("999999", False),
    ],
)  # fmt: skip
def test_only_the_nordic_series_are_item_numbers(number: str, nordic: bool) -> None:
    gtin = codes.with_check_digit("0704626" + number)
    assert package("01" + gtin).item_number == (number if nordic else None)


def test_a_carton_of_packages_has_no_item_number() -> None:
    """Its indicator digit makes it another item than the package that the number is of."""
    gtin = codes.with_check_digit("1704626123456")
    assert package("01" + gtin) == Package(gtin)


@pytest.mark.parametrize(
    ("yymmdd", "expiry"),
    [
        ("280600", date(2028, 6, 30)), ("280200", date(2028, 2, 29)), ("270200", date(2027, 2, 28)),
        ("271200", date(2027, 12, 31)), ("280229", date(2028, 2, 29)), ("260101", date(2026, 1, 1)),
        ("751231", date(2075, 12, 31)), ("760101", date(1976, 1, 1)), ("990600", date(1999, 6, 30)),
        ("000100", date(2000, 1, 31)),
    ],
)  # fmt: skip
def test_an_expiry_without_a_day_is_the_months_last(yymmdd: str, expiry: date) -> None:
    assert package("01" + OTHER + "17" + yymmdd).expiry == expiry


def test_what_the_hub_does_not_use_is_still_checked_and_then_left_out() -> None:
    rest = "11260105" + "15280105" + "3012\x1d" + "240AB\x1d" + "714123456\x1d" + "7101\x1d"
    assert package("01" + OTHER + rest + "17280105") == Package(OTHER, expiry=date(2028, 1, 5))
    assert refused(b"]d201" + OTHER.encode() + b"11261305") == (Unread.DATE, "11")


@pytest.mark.parametrize(
    "content",
    [
        f"01{OTHER}10AB\x1d21CD", f"10AB\x1d21CD\x1d01{OTHER}", f"21CD\x1d01{OTHER}10AB", f"01{OTHER}\x1d10AB\x1d21CD",
        f"01{OTHER}10AB\x1d21CD\x1d",
    ],
)  # fmt: skip
def test_elements_come_in_any_order_and_a_separator_too_many_between_them_does_no_harm(content: str) -> None:
    assert package(content) == Package(OTHER, batch="AB", serial="CD")


def test_every_character_that_may_stand_in_a_batch_and_no_other() -> None:
    frame = b"]d201" + OTHER.encode() + b"10"
    allowed = {byte for byte in range(256) if isinstance(gs1.read(frame + bytes([byte]), AT_S), Scan)}
    assert allowed == {ord(character) for character in codes.SET_82}


# -- our own QR codes ------------------------------------------------------------------------------------------------


def test_our_own_qr_is_handed_on_untouched() -> None:
    text = 'MEDHUB:pair?v=1&x="{~}" ]d201'
    assert gs1.read(b"]Q1" + text.encode(), AT_S) == Scan(AT_S, Symbology.QR, text)


def test_our_own_qr_has_a_limit() -> None:
    longest = "MEDHUB:".ljust(gs1.OURS_MOST, "x")
    assert read(b"]Q1" + longest.encode()) == longest
    assert refused(b"]Q1" + longest.encode() + b"x") == (Unread.CONTENT, "]Q1")


@pytest.mark.parametrize("odd", [b"\x00", b"\x1d", b"\x7f", "å".encode(), b"\xff", b"\t"])
def test_our_own_qr_is_printable_ascii(odd: bytes) -> None:
    assert refused(b"]Q1MEDHUB:a" + odd) == (Unread.CONTENT, "]Q1")


@pytest.mark.parametrize("text", [b"", b"https://example.org/01/05712345678909", b"medhub:a", b" MEDHUB:a", b"MEDHUB"])
def test_any_other_qr_is_not_ours(text: bytes) -> None:
    assert refused(b"]Q1" + text) == (Unread.NOT_OURS, "]Q1")


# -- what is refused -------------------------------------------------------------------------------------------------

O = OTHER.encode()  # noqa: E741


@pytest.mark.parametrize(
    ("frame", "why", "about"),
    [
        (b"]A0ABC", Unread.SYMBOLOGY, "]A0"),
        (b"]d1" + O, Unread.SYMBOLOGY, "]d1"),
        (b"]E3571234567890912", Unread.SYMBOLOGY, "]E3"),
        (b"]d", Unread.SYMBOLOGY, "]d"),
        (b"", Unread.SYMBOLOGY, ""),
        (b"\x00\xff\x1d", Unread.SYMBOLOGY, ""),
        (b"]d2", Unread.NO_GTIN, ""),
        (b"]d210AB\x1d21CD", Unread.NO_GTIN, ""),
        (b"]d201" + O + b"8200http", Unread.IDENTIFIER, "8200"),
        (b"]d201" + O + b"91AB", Unread.IDENTIFIER, "91"),
        (b"]d201" + O + b"3103001750", Unread.IDENTIFIER, "3103"),
        (b"]d201" + O + b"716ABC", Unread.IDENTIFIER, "716"),
        (b"]d202" + O, Unread.IDENTIFIER, "02"),
        (b"]d201" + O + b"8", Unread.CONTENT, ""),
        (b"]d201" + O + b"AB", Unread.CONTENT, ""),
        (b"]d2\x1d01" + O, Unread.CONTENT, ""),
        (b"]d201" + O + b"\x1d\x1d10AB", Unread.CONTENT, ""),
        (b"]d201" + O[:13], Unread.CONTENT, "01"),
        (b"]d201" + O[:13] + b"\x1d", Unread.CONTENT, "01"),
        (b"]d201" + O[:13] + b"X", Unread.CONTENT, "01"),
        (b"]d201" + O + b"10", Unread.CONTENT, "10"),
        (b"]d201" + O + b"10\x1d21CD", Unread.CONTENT, "10"),
        (b"]d201" + O + b"10" + b"A" * 21, Unread.CONTENT, "10"),
        (b"]d201" + O + b"10A B", Unread.CONTENT, "10"),
        (b"]d201" + O + b"10A]d201" + O, Unread.CONTENT, "10"),
        (b"]d201" + O + b"30123456789", Unread.CONTENT, "30"),
        (b"]d201" + O + b"301A", Unread.CONTENT, "30"),
        (b"]d201" + O + b"240" + b"A" * 31, Unread.CONTENT, "240"),
        (b"]d201" + O + b"714" + b"1" * 21, Unread.CONTENT, "714"),
        (b"]d201" + b"0" * 14, Unread.CONTENT, "01"),
        (b"]d201" + O + b"17281300", Unread.DATE, "17"),
        (b"]d201" + O + b"17280001", Unread.DATE, "17"),
        (b"]d201" + O + b"17270229", Unread.DATE, "17"),
        (b"]d201" + O + b"17280631", Unread.DATE, "17"),
        (b"]d201" + O + b"15280632", Unread.DATE, "15"),
        (b"]d201" + O + b"1728060", Unread.CONTENT, "17"),
        (b"]d201" + O + b"10AB\x1d10AB", Unread.TWICE, "10"),
        (b"]d201" + O + b"01" + O, Unread.TWICE, "01"),
        (b"]d20105712345678907", Unread.CHECK_DIGIT, "01"),
        (b"]E05712345678907", Unread.CHECK_DIGIT, "]E0"),
        (b"]E496385075", Unread.CHECK_DIGIT, "]E4"),
        (b"]C05712345678907", Unread.CHECK_DIGIT, "]C0"),
        (b"]E0571234567890", Unread.CONTENT, "]E0"),
        (b"]E057123456789012", Unread.CONTENT, "]E0"),
        (b"]E0571234567890A", Unread.CONTENT, "]E0"),
        (b"]E0" + "٥712345678908".encode(), Unread.CONTENT, "]E0"),
        (b"]E4" + b"0" * 8, Unread.CONTENT, "]E4"),
        (b"]C0ABC-123", Unread.CONTENT, "]C0"),
    ],
)
def test_a_refusal_names_where_it_failed(frame: bytes, why: Unread, about: str) -> None:
    assert refused(frame) == (why, about)


@pytest.mark.parametrize("at", range(14))
def test_no_wrong_digit_of_a_gtin_passes(at: int) -> None:
    """Modulo 10 with weights 1 and 3 sees every single wrong digit."""
    for digit in "0123456789":
        wrong = GTIN[:at] + digit + GTIN[at + 1 :]
        if wrong != GTIN:
            assert refused(b"]d201" + wrong.encode()) == (Unread.CHECK_DIGIT, "01")


@given(st.text("0123456789", min_size=8, max_size=14))
def test_the_check_digit_is_as_the_oracle_has_it(number: str) -> None:
    assert gs1.check_digit_is_right(number) is mod_10(number)
    assert gs1.check_digit_is_right(codes.with_check_digit(number))


# -- whatever comes --------------------------------------------------------------------------------------------------


def as_the_oracle_has_it(frame: bytes) -> bool:
    scan, wanted = gs1.read(frame, AT_S), meant(frame)
    if isinstance(scan, ScanRefused) or wanted is None:
        return isinstance(scan, ScanRefused) and wanted is None
    if isinstance(scan.code, str):
        return scan.code == wanted.text
    return {**asdict(scan.code), "text": None} == asdict(wanted)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for kind in (b"", b"]d2", b"]d201" + O, b"]E0", b"]Q1MEDHUB:"):
        assert as_the_oracle_has_it(kind + noise)


@given(st.integers(0, 2**32), st.integers(0, 400))
def test_a_code_cut_short_is_refused_or_says_less(seed: int, at: int) -> None:
    frame = codes.element_strings(Random(seed))
    assert as_the_oracle_has_it(frame)
    assert as_the_oracle_has_it(frame[:at])
