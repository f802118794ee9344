"""H32: pauses grow, are bounded, and are never in step."""

from hypothesis import given
from hypothesis import strategies as st

from sync.backoff import Backoff


@given(st.floats(0.1, 3600), st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_a_pause_grows_and_never_passes_its_bound(max_s: float, chances: list[float]) -> None:
    left = iter(chances)
    backoff = Backoff(max_s, chance=lambda: next(left))
    longest = min(1.0, max_s)
    for _ in chances:
        pause_s = backoff.after_failure()
        assert longest / 2 <= pause_s <= longest
        longest = min(2 * longest, max_s)


def test_after_something_got_through_it_begins_anew() -> None:
    backoff = Backoff(300, chance=lambda: 0.0)
    assert [backoff.after_failure() for _ in range(4)] == [1, 2, 4, 8]
    backoff.reset()
    assert backoff.after_failure() == 1
