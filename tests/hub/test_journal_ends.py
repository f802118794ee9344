"""Every end of the journal's world for real: found, refused, shown, told, and the way out gone by a named person (R11).

The rows are `medhub.journal_ends`'; the page made from them is docs/journal-ends.md.
"""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from hub import protocol as p
from hub.domain.refusal import Reason
from hub.journal_errors import JournalError, JournalState
from hub.journal_files import Doubt, DoubtFile
from medhub.journal_ends import ASIDE, CONFIRM, ENDS, IN_DOUBT, PAGE, End, page
from tests.hub.disks import Disk, Fails, Fills, TurnsReadOnly, disk
from tests.hub.ends import MEND, SPOIL, Case, Running, alarms_out, running
from tests.hub.made import wait_for
from tests.hub.test_main import Home
from ui.panel import PANELS
from ui.present import present
from ui.view import HERE

BY_ID = {end.id: end for end in ENDS}
DISKS: dict[str, type[Disk]] = {"full disk": Fills, "read-only disk": TurnsReadOnly, "I/O error": Fails}


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m medhub.journal_ends"


def test_every_state_has_a_row_and_every_row_is_brought_about() -> None:
    assert {end.state for end in ENDS} == set(JournalState) - {JournalState.WHOLE, JournalState.NEW}
    assert {*SPOIL, *DISKS} == set(BY_ID)


@pytest.mark.parametrize("name", SPOIL)
def test_found_refused_shown_told_and_the_way_out(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    end, case = BY_ID[name], Case(Home(tmp_path_factory.mktemp("e")))
    case.begin()
    SPOIL[name](case)
    with running(case.home) as hub:
        if end.later:
            assert hub.status.journal in ("whole", "new"), "nobody at home can know"
            hub.receipt(*case.far)
        must_be_found(hub, end)
        go_the_way_out(hub, end, case)
        if not hub.ended and hub.hub.loop.follows:
            must_open(hub, end)
            return
    with running(case.home) as hub:
        if CONFIRM in end.way_out:
            must_be_found(hub, BY_ID["damaged page"])
            assert hub.staff_says("confirm-journal") == 0
        must_open(hub, end)


def must_be_found(hub: Running, end: End) -> None:
    """State, finding, refusal with its reason, the screen's words and number, and how the alarm gets out."""
    assert hub.status.journal == end.state
    assert fnmatchcase(hub.status.journal_finding, end.found) or end.found.startswith("the file is damaged")
    if end.state in IN_DOUBT and hub.status.plan_version is None:
        hub.begin_day()  # filling goes on
    assert hub.open() == (Reason.JOURNAL,)
    assert hub.box.pulses == []
    said = hub.shown[-1]
    assert (said.journal_ok, said.phone) == (False, "12 34 56 78")
    text = " ".join(present(said, HERE, PANELS["10.1"]).lines).replace("\N{NO-BREAK SPACE}", " ")
    assert "Den åbner ikke før." in text
    assert "Ring selv på 12 34 56 78." in text
    if end.state in IN_DOUBT:
        assert "journal" in {alarm.code for alarm in said.alarms}
        assert "journal" in alarms_out(hub)
        assert isinstance(hub.sync.call(p.GetHeartbeat()).answer, p.Heartbeat)
        assert "Vi prøver at give besked." in text
    else:
        assert hub.sync.call(p.GetHeartbeat()).answer is None, "no sign of life: the gateway alarms (R10)"
        assert said.journal_code == end.state
        assert "Den kan ikke selv give besked." in text


def go_the_way_out(hub: Running, end: End, case: Case) -> None:
    """By the very words of the table."""
    for step in end.way_out:
        if step == ASIDE:
            assert hub.staff_says("set-journal-aside") == 0
            wait_for(lambda: hub.ended)
            assert hub.hub.loop.again, "the service manager starts it anew at once"
            return
        if step == CONFIRM:
            assert hub.staff_says("confirm-journal") == 0
        else:
            MEND[step](case)


def must_open(hub: Running, end: End) -> None:
    """Everything is as ever: what may be taken now is opened, once; and the evidence is there."""
    assert hub.status.journal == JournalState.WHOLE
    if end.anew and hub.status.plan_version is None:
        hub.begin_day()
    assert hub.open() == ()
    wait_for(lambda: hub.box.pulses == [1])
    assert hub.shown[-1].journal_ok
    for kept in end.kept:
        assert (hub.home.state / kept).exists()


def test_who_set_it_aside_is_in_the_next_journals_first_event(tmp_path_factory: pytest.TempPathFactory) -> None:
    case = Case(Home(tmp_path_factory.mktemp("e")))
    case.begin()
    case.impossible_event()
    with running(case.home) as hub:
        assert hub.staff_says("set-journal-aside") == 0
        wait_for(lambda: hub.ended)
    with running(case.home) as hub:
        first = next(iter(hub.hub.journal.replay())).body
        assert (type(first).__name__, first.reason) == ("JournalDoubted", "damaged, set aside by Sanne Holm")


def test_a_journal_that_is_gone_on_with_is_not_set_aside(tmp_path_factory: pytest.TempPathFactory) -> None:
    case = Case(Home(tmp_path_factory.mktemp("e")))
    with running(case.home) as hub:
        hub.begin_day()
        assert hub.staff_says("set-journal-aside") == 1
        with pytest.raises(JournalError, match="gone on with"):
            hub.hub.journal.put_aside("Sanne")
        assert hub.open() == ()


# -- the disk itself ---------------------------------------------------------------------------------------------------


def something_happens(hub: Running) -> str:
    """And the hub has dealt with it: what its screen then says of the journal."""
    hub.lids(4)
    assert hub.status
    return hub.shown[-1].journal_code


@pytest.mark.parametrize("name", DISKS)
def test_a_disk_that_fails_while_the_hub_runs(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is promised that is not on the disk; and where it is mended in place the hub goes on by itself."""
    end = BY_ID[name]
    with disk(DISKS[name], tmp_path_factory.mktemp("d")) as card:
        home = Home(tmp_path_factory.mktemp("e"), card.at / "state")
        with running(home) as hub:
            hub.begin_day()
            card.spoil()
            wait_for(lambda: something_happens(hub) == end.state)
            assert hub.open() == (Reason.JOURNAL,)
            assert hub.box.pulses == []
            wait_for(lambda: hub.sync.call(p.GetHeartbeat()).answer is None)
            seq = hub.status.seq
            if card.in_place:
                card.mend()
                wait_for(lambda: hub.shown[-1].journal_ok)
                wait_for(lambda: isinstance(hub.sync.call(p.GetHeartbeat()).answer, p.Heartbeat))
        if not card.in_place:
            card.mend()
        with running(home) as hub:
            assert hub.status.journal == JournalState.WHOLE
            assert hub.status.seq >= seq, "what was promised is there"


@pytest.mark.parametrize("name", DISKS)
def test_a_disk_that_fails_before_boot(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No dark loop of restarts: the screen says whom to call, and once it is mended the hub begins anew by itself."""
    end = BY_ID[name]
    with disk(DISKS[name], tmp_path_factory.mktemp("d")) as card:
        home = Home(tmp_path_factory.mktemp("e"), card.at / "state")
        with running(home) as hub:
            hub.begin_day()
        card.spoil()
        with running(home) as hub:
            must_be_found(hub, end)
            assert hub.staff_says("confirm-journal") == 1
            if name == "full disk":
                assert hub.staff_says("set-journal-aside") == 1, "nothing is begun anew on a disk that takes nothing"
            if name != "I/O error":
                card.mend()
                wait_for(lambda: hub.ended)
                assert hub.hub.loop.again, "by itself"
        if name == "I/O error":
            card.mend()
        with running(home) as hub:
            must_open(hub, end)


# -- what was answered for ---------------------------------------------------------------------------------------------


def test_what_was_confirmed_is_kept_and_the_furthest_place_stays_answered_for(tmp_path: Path) -> None:
    doubts = DoubtFile(tmp_path / "journal.doubt")
    for seq in (40, 7):
        doubts.write(Doubt(JournalState.SHORTENED, "events are missing", seq, "aa"))
        doubts.clear()
        assert doubts.read() is None
        assert doubts.answered_to() == 40
    assert (tmp_path / "journal.doubt.confirmed").exists()
