"""Nobody who carries is a state the hub knows: at the start, after sync has died, and told once (R9, H18)."""

import pytest

from hub.carrier import SILENT_S, Carrier, Network


class Watch:
    def __init__(self) -> None:
        self.at_s = 7.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_nobody_carries_until_somebody_was_heard_and_nothing_is_up_until_it_is_said(watch: Watch) -> None:
    carrier = Carrier(watch)
    assert carrier.look() is Network.SILENT
    carrier.heard()
    assert carrier.look() is Network.DOWN
    carrier.told(True)
    assert carrier.look() is Network.UP
    carrier.told(False)
    assert carrier.look() is Network.DOWN


def test_one_that_is_heard_no_more_is_silent_and_what_it_said_is_no_more_so(watch: Watch) -> None:
    carrier = Carrier(watch)
    carrier.heard()
    carrier.told(True)
    watch.at_s += SILENT_S
    assert carrier.look() is Network.UP
    watch.at_s += 0.1
    assert carrier.look() is Network.SILENT
    carrier.heard()
    assert carrier.look() is Network.DOWN, "back, and it has not said yet that anybody answers"


def test_the_log_has_it_once_each_time(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    carrier = Carrier(watch)
    assert carrier.look() is Network.SILENT
    assert caplog.text == "", "it is only starting"
    for _ in range(2):
        watch.at_s += SILENT_S + 1
        for _ in range(3):
            carrier.look()
        carrier.heard()
    assert caplog.text.count("nobody carries to the municipality") == 2
