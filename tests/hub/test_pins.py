"""Wrong PINs are counted, each person's apart, and guessing costs a rest."""

import pytest

from hub.enrolment import Person, Trust, hash_pin
from hub.pins import REST_S, RESTING, TRIES, WRONG, NotAdmitted, Pins

SANNE, OLE = (Person(name.lower(), name, hash_pin(pin)) for name, pin in (("Sanne", "4711"), ("Ole", "2580")))


class Door:
    def __init__(self) -> None:
        self.now_s = 1000.0
        self._pins = Pins(Trust("hub-7", "2512489996", (), (SANNE, OLE)), lambda: self.now_s)

    def knock(self, person: str = "sanne", pin: str = "4711") -> Person | str:
        try:
            return self._pins.admit(person, pin)
        except NotAdmitted as refused:
            return refused.reason

    def guess(self, times: int, person: str = "sanne") -> list[Person | str]:
        return [self.knock(person, f"{n:04}") for n in range(times)]


@pytest.fixture
def door() -> Door:
    return Door()


def test_the_right_pin_is_let_in(door: Door) -> None:
    assert (door.knock(), door.knock("ole", "2580")) == (SANNE, OLE)
    assert door.knock("sanne", "2580") == WRONG


def test_after_so_many_wrong_ones_in_a_row_also_the_right_one_waits(door: Door) -> None:
    assert door.guess(TRIES) == [WRONG] * TRIES
    assert door.knock() == RESTING
    door.now_s += REST_S - 0.1
    assert door.knock() == RESTING
    door.now_s += 0.1
    assert door.knock() == SANNE


def test_the_right_one_in_between_starts_the_count_anew(door: Door) -> None:
    for _ in range(2):
        door.guess(TRIES - 1)
        assert door.knock() == SANNE


def test_after_a_rest_each_further_wrong_one_costs_another(door: Door) -> None:
    door.guess(TRIES)
    for _ in range(2):
        door.now_s += REST_S
        assert door.guess(2) == [WRONG, RESTING]


def test_one_persons_rest_is_not_anothers(door: Door) -> None:
    door.guess(TRIES)
    assert door.knock("ole", "2580") == OLE


def test_nobody_is_not_counted(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    assert door.guess(TRIES * 2, "nobody") == [WRONG] * TRIES * 2
    assert caplog.text == ""
    door.guess(TRIES)
    assert "5 wrong PINs in a row" in caplog.text
    assert "sanne" not in caplog.text.lower()
