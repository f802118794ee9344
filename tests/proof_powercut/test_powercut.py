"""R11: a power cut takes nothing that was acknowledged and leaves nothing by half. A slice of `make prove-powercut`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.proof_powercut.disk import SECTOR, Disk, Op
from tests.proof_powercut.judge import sweep
from tests.proof_powercut.record import COMPILER, Fault, Recording, scratch
from tests.proof_powercut.stories import Stories

SEED = "medhub"
CUTS = 50  # of each life

needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler (cc): the recorder cannot be built")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch() as made:
        yield made


@pytest.fixture(scope="module")
def stories(folder: Path) -> Stories:
    return Stories(folder, SEED)


@pytest.fixture(scope="module")
def new(stories: Stories) -> Recording:
    return stories.new()


def must_hold(recording: Recording, folder: Path) -> None:
    assert [finding.what for finding in sweep(recording, CUTS, SEED, folder)] == []


@needs_compiler
def test_a_new_journal_keeps_its_promises(new: Recording, folder: Path) -> None:
    must_hold(new, folder / "cut")


@needs_compiler
@pytest.mark.parametrize("story", [Stories.after_a_cut, Stories.damaged, Stories.restored])
def test_a_journal_with_a_past_keeps_its_promises(
    stories: Stories, new: Recording, folder: Path, story: Callable[[Stories, Recording], Recording]
) -> None:
    must_hold(story(stories, new), folder / "cut")


@needs_compiler
@pytest.mark.parametrize(
    "fault", [Fault(synchronous="NORMAL"), Fault(ignored="fsync fdatasync")], ids=["normal", "no-sync"]
)
def test_commits_that_are_not_synced_are_found_out(stories: Stories, folder: Path, fault: Fault) -> None:
    """The same sweep fails where commits are not put on the disk: acknowledged events are gone, some in silence."""
    findings = sweep(stories.new(fault), CUTS, SEED, folder / "cut")
    assert sum(finding.lost for finding in findings) > CUTS // 4
    assert any(finding.silent for finding in findings)


@needs_compiler
def test_small_files_and_names_that_are_not_synced_are_found_out(stories: Stories, folder: Path) -> None:
    """Those beside the database are synced by our own code, by fsync; SQLite syncs its own by fdatasync."""
    assert sweep(stories.new(Fault(ignored="fsync")), CUTS, SEED, folder / "cut")


def op(kind: str, number: int = 0, first: bytes = b"", second: bytes = b"", fd: int = 5) -> Op:
    return Op(kind, fd, number, first, second)


OLD, NEW = b"o" * 3 * SECTOR, b"n" * 3 * SECTOR
WRITTEN = [op("o", first=b"/d/file"), op("w", 0, NEW)]


def left(*ops: Op, times: int = 200) -> list[dict[str, bytes]]:
    disk = Disk("/d", {"file": OLD})
    for each in ops:
        disk.apply(each)
    return [disk.left(Random(number)) for number in range(times)]


def test_what_was_synced_is_there() -> None:
    assert all(files == {"file": NEW} for files in left(*WRITTEN, op("s")))


def test_what_was_not_synced_is_there_sector_by_sector() -> None:
    seen = {files["file"] for files in left(*WRITTEN)}
    whole = {bytes(piece) for piece in (OLD, NEW, OLD[:SECTOR] + NEW[SECTOR:], NEW[:SECTOR] + OLD[SECTOR:])}
    assert whole < seen
    torn = [content for content in seen if any(len(set(content[n * SECTOR : (n + 1) * SECTOR])) > 1 for n in range(3))]
    assert torn
    assert all(len(content) == len(OLD) for content in seen)


def test_a_length_may_be_the_old_or_the_new_one() -> None:
    seen = left(op("o", first=b"/d/file"), op("w", len(OLD), NEW), op("t", SECTOR))
    assert {len(files["file"]) for files in seen} == {len(OLD), len(OLD) + len(NEW), SECTOR}


def test_names_are_lost_until_the_folder_is_synced() -> None:
    ops = [op("o", first=b"/d/part"), op("w", 0, NEW), op("s"), op("r", first=b"/d/part", second=b"/d/file")]
    assert {tuple(sorted(files.items())) for files in left(*ops)} == {
        (("file", OLD),), (("file", OLD), ("part", NEW)), (("file", NEW),),
    }  # fmt: skip
    folder = [op("o", first=b"/d", fd=6), op("s", fd=6)]
    assert all(files == {"file": NEW} for files in left(*ops, *folder))


def test_a_deleted_file_may_come_back() -> None:
    assert {tuple(files) for files in left(op("u", first=b"/d/file"))} == {("file",), ()}
