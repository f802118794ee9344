"""A board file that is wrong is refused, and the refusal names the line, the key and the reason."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub import board
from hub.board import Line, Solenoid
from hub.board_file import MOST_BYTES, BoardRefused, load
from hub.config import ConfigRefused
from hub.toml_lines import Places
from tests.house.tree import ROOT

GOOD = """\
# a box of two
[chips.pi]
label = "pinctrl-bcm2711"
[chips.more]
label = "1-0020"
lines = 16
[solenoid]
rated_ms = 1000
pulse_ms = 200
inrush_ms = 100
inrush_ma = 1200
hold_ma = 500
one_at_a_time = true
[power]
mains = { chip = "pi", line = 5 }
[sounder]
buzzer = { chip = "pi", line = 6 }
[scale]
kind = "serial"
at = "/dev/medhub/scale"
[scanner]
at = "/dev/medhub/scanner"
[rtc]
device = "1-0068"
[temperature]
at = "/sys/class/thermal/thermal_zone0/temp"
[backlight]
name = "rpi_backlight"
[compartments.1]
lock = { chip = "more", line = 0 }
lid = { chip = "pi", line = 17 }
lamp = { chip = "pi", line = 22 }
[compartments]
2.lock = { chip = "more", line = 1 }
2.lid = { chip = "pi", line = 27 }
2.lamp = { chip = "pi", line = 23 }
"""
SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "board.toml"


def refusal(file: Path, text: str | bytes) -> list[str]:
    """The lines of the refusal, without the file's name."""
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(BoardRefused) as refused:
        load(file)
    assert isinstance(refused.value, ConfigRefused), "the hub ends with a setting that is wrong"
    told = str(refused.value).split("\n")
    assert all(line.startswith(f"{file}:") for line in told)
    return [line.removeprefix(f"{file}:") for line in told]


def test_a_good_board_is_what_it_says(file: Path) -> None:
    file.write_text(GOOD)
    box = load(file)
    assert list(box.compartments) == [1, 2]
    assert box.compartments[2].lid == Line("pi", 27)
    assert box.chips["more"].lines == 16
    assert box.solenoid == Solenoid(1000, 200, 100, 1200, 500, one_at_a_time=True)


@pytest.mark.parametrize("name", ["board-28.toml", "board-4.toml"])
def test_the_examples_of_the_wiring_page_are_good(name: str) -> None:
    assert load(ROOT / "docs" / "examples" / name).compartments


def test_the_example_of_the_module_is_good(file: Path) -> None:
    assert board.__doc__ is not None
    file.write_text(board.__doc__.partition("\n\n")[2])
    assert list(load(file).compartments) == [1]


def test_the_examples_expanders_are_those_of_the_overlay() -> None:
    overlay = (ROOT / "systemd" / "overlays" / "medhub-expanders.dts").read_text()
    box = load(ROOT / "docs" / "examples" / "board-28.toml")
    labels = {chip.label for chip in box.chips.values()} - {"pinctrl-bcm2711"}
    assert labels == {f"1-00{address}" for address in re.findall(r"gpio@(2\d) \{", overlay)}
    assert re.findall(r"gpio@(2\d) ", overlay) == re.findall(r"reg = <0x(2\d)>", overlay)


@pytest.mark.skipif(shutil.which("dtc") is None, reason="dtc is not installed (device-tree-compiler)")
def test_the_overlay_compiles() -> None:
    overlay = ROOT / "systemd" / "overlays" / "medhub-expanders.dts"
    command = ["dtc", "-@", "-I", "dts", "-O", "dtb", "-o", "/dev/null", str(overlay)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Each: what is put in the place of what, the line it is on, its key, and a part of the reason.
WRONG = [
    # syntax
    ('label = "pinctrl-bcm2711"', "label = pinctrl-bcm2711", 3, "", "Invalid value"),
    ("[solenoid]", "[solenoid", 7, "", "Expected ']'"),
    ("rated_ms = 1000", "rated_ms = 1000 ms", 8, "", "Expected newline"),
    ("[scale]", "[power]", 18, "", "Cannot declare ('power',) twice"),
    ("inrush_ms = 100", "pulse_ms = 100", 10, "", "Cannot overwrite"),
    # keys
    ("[scanner]", "[barcode]", 21, "barcode", "no such key"),
    ("kind = ", "colour = 1\nkind = ", 19, "scale.colour", "no such key"),
    ("[compartments.1]\n", "[compartments.1]\nflap = 3\n", 30, "compartments.1.flap", "no such key"),
    ('chip = "pi", line = 22', 'chip = "pi", line = 22, low = true', 32, "compartments.1.lamp.low", "no such key"),
    ('[power]\nmains = { chip = "pi", line = 5 }\n', "", 1, "power", "is missing"),
    ('mains = { chip = "pi", line = 5 }\n', "", 14, "power.mains", "is missing"),
    ("hold_ma = 500\n", "", 7, "solenoid.hold_ma", "is missing"),
    ('lid = { chip = "pi", line = 17 }\n', "", 29, "compartments.1.lid", "is missing"),
    ('2.lock = { chip = "more", line = 1 }\n', "", 34, "compartments.2.lock", "is missing"),
    ('chip = "pi", line = 27', 'chip = "pi"', 35, "compartments.2.lid.line", "is missing"),
    ('label = "1-0020"\n', "", 4, "chips.more.label", "is missing"),
    # types and bounds
    ("line = 17", 'line = "17"', 31, "compartments.1.lid.line", "Expected `int`, got `str`"),
    ("line = 17", "line = 17.5", 31, "compartments.1.lid.line", "Expected `int`, got `float`"),
    ("line = 17", "line = true", 31, "compartments.1.lid.line", "Expected `int`, got `bool`"),
    ("line = 17", "line = -1", 31, "compartments.1.lid.line", ">= 0"),
    ('{ chip = "pi", line = 17 }', "17", 31, "compartments.1.lid", "Expected `object`, got `int`"),
    ("one_at_a_time = true", "one_at_a_time = 1", 13, "solenoid.one_at_a_time", "Expected `bool`"),
    ("pulse_ms = 200", "pulse_ms = 0", 9, "solenoid.pulse_ms", ">= 10"),
    ("rated_ms = 1000", "rated_ms = 99999", 8, "solenoid.rated_ms", "<= 60000"),
    ('kind = "serial"', 'kind = "spring"', 19, "scale.kind", "Invalid enum value"),
    ("[chips.more]", '[chips."MCP 1"]', 4, "chips.MCP 1", "matching regex"),
    ("[compartments.1]", "[compartments.one]", 29, "compartments.one", "Expected `int`"),
    ("[compartments.1]", "[compartments.01]", 29, "compartments.01", "Expected `int`"),
    ("[compartments.1]", "[compartments.29]", 29, "compartments.29", "<= 28"),
    ("[compartments.1]", "[compartments.0]", 29, "compartments.0", ">= 1"),
    ('device = "1-0068"', 'device = "0x68"', 24, "rtc.device", "matching regex"),
    ('at = "/dev/medhub/scanner"', 'at = "ttyUSB0"', 22, "scanner.at", "matching regex"),
    # chips
    ('label = "1-0020"', 'label = "pinctrl-bcm2711"', 4, "chips.more", "the same as pi"),
    ('label = "1-0020"', 'label = "mcp23017"', 4, "chips.more.device", "which I2C device"),
    ("lines = 16\n", "", 4, "chips.more.lines", "is missing"),
    ('label = "pinctrl-bcm2711"\n', 'label = "pinctrl-bcm2711"\nlines = 54\n', 2, "chips.pi", "neither"),
    ("[solenoid]", '[chips.spare]\nlabel = "1-0021"\nlines = 16\n[solenoid]', 7, "chips.spare", "no line is on it"),
    ('device = "1-0068"', 'device = "1-0020"', 24, "rtc.device", "a chip is at that address"),
    ('chip = "pi", line = 17', 'chip = "p1", line = 17', 31, "compartments.1.lid.chip", "there are more, pi"),
    # lines
    ('chip = "more", line = 1 ', 'chip = "more", line = 16 ', 34, "compartments.2.lock.line", "the lines 0-15"),
    ("line = 17", "line = 28", 31, "compartments.1.lid.line", "the lines 0-27"),
    ("line = 27", "line = 17", 35, "compartments.2.lid.line", "compartments.1.lid already"),
    ("line = 6", "line = 5", 17, "sounder.buzzer.line", "power.mains already"),
    ("line = 17", "line = 1", 31, "compartments.1.lid.line", "EEPROM"),
    ("line = 17", "line = 3", 31, "compartments.1.lid.line", "I2C bus 1"),
    ('chip = "more", line = 0', 'chip = "pi", line = 8', 30, "compartments.1.lock.line", "pulled up from power-on"),
    ('chip = "more", line = 0', 'chip = "pi", line = 14', 30, "compartments.1.lock.line", "firmware may write"),
    # compartments
    ("2.l", "3.l", 34, "compartments.3", "a number before it is missing"),
    # the solenoid
    ("pulse_ms = 200", "pulse_ms = 201", 9, "solenoid.pulse_ms", "at most 200"),
    ("rated_ms = 1000", "rated_ms = 150", 9, "solenoid.pulse_ms", "at most 150"),
    ("inrush_ms = 100", "inrush_ms = 200", 9, "solenoid.pulse_ms", "longer than the inrush"),
    ("hold_ma = 500", "hold_ma = 1300", 12, "solenoid.hold_ma", "exchanged"),
    ("one_at_a_time = true", "one_at_a_time = false", 13, "solenoid.one_at_a_time", "never energises two"),
    # scale and scanner
    ('at = "/dev/medhub/scale"\n', "", 18, "scale.at", "only for that"),
    ('kind = "serial"', 'kind = "iio"', 20, "scale.at", "only for that"),
    ('at = "/dev/medhub/scanner"', 'at = "/dev/medhub/scale"', 22, "scanner.at", "is the scale"),
]


@pytest.mark.parametrize(("old", "new", "line", "key", "reason"), WRONG)
def test_what_is_wrong_is_named(file: Path, old: str, new: str, line: int, key: str, reason: str) -> None:
    assert old in GOOD
    told = refusal(file, GOOD.replace(old, new))
    start = f"{line}: {key}: " if key else f"{line}: "
    assert any(each.startswith(start) and reason in each for each in told), told


@pytest.mark.parametrize(("where", "lines"), [
    ("[scanner]\nat = \"/dev/ttyAMA0\"\n", (14, 15)), ("[scanner]\nat = \"/dev/serial0\"\n", (14, 15)),
])  # fmt: skip
def test_the_uart_is_reserved_where_something_is_on_it(file: Path, where: str, lines: tuple[int, ...]) -> None:
    text = GOOD.replace('[scanner]\nat = "/dev/medhub/scanner"\n', where)
    for line in lines:
        (told,) = refusal(file, text.replace("line = 17", f"line = {line}"))
        assert told.startswith("31: compartments.1.lid.line: ")
        assert "serial port" in told
        file.write_text(GOOD.replace("line = 17", f"line = {line}"))
        load(file)


def test_the_scales_lines_are_reserved_where_the_kernel_has_it(file: Path) -> None:
    text = GOOD.replace('kind = "serial"\nat = "/dev/medhub/scale"', 'kind = "iio"')
    for line in (20, 21):
        (told,) = refusal(file, text.replace("line = 17", f"line = {line}"))
        assert "HX711" in told
    overlay = (ROOT / "systemd" / "overlays" / "medhub-hx711.dts").read_text()
    assert [int(line) for line in re.findall(r"(?:sck|dout)-gpios = <&gpio (\d+) 0>", overlay)] == [20, 21]


def test_i2c_is_free_where_nothing_is_on_it(file: Path) -> None:
    text = GOOD.replace('[chips.more]\nlabel = "1-0020"\nlines = 16\n', "").replace('[rtc]\ndevice = "1-0068"', "[rtc]")
    text = text.replace('chip = "more", line = 0', 'chip = "pi", line = 24')
    text = text.replace('chip = "more", line = 1', 'chip = "pi", line = 25').replace("line = 17", "line = 3")
    file.write_text(text)
    assert load(file).compartments[1].lid.line == 3


def test_the_same_line_of_two_chips_is_two_lines(file: Path) -> None:
    file.write_text(GOOD.replace('chip = "more", line = 1 ', 'chip = "more", line = 5 '))
    load(file)


def test_two_expanders_of_one_kind_are_told_apart_by_their_device(file: Path) -> None:
    alike = '[chips.more]\nlabel = "mcp23017"\ndevice = "1-0020"\nlines = 16\n[chips.third]\nlabel = "mcp23017"\n'
    text = GOOD.replace('[chips.more]\nlabel = "1-0020"\nlines = 16\n', alike + 'device = "1-0021"\nlines = 16\n')
    text = text.replace('chip = "more", line = 1 ', 'chip = "third", line = 0 ')
    file.write_text(text)
    assert load(file).chips["third"].device == "1-0021"
    (told,) = refusal(file, text.replace("1-0021", "1-0020"))
    assert told.startswith("8: chips.third: is the same as more")
    told_too = refusal(file, text.replace('device = "1-0021"\n', ""))
    assert any(each.startswith("8: chips.third.device: is missing: another chip") for each in told_too)


def test_every_finding_is_told_in_the_files_order(file: Path) -> None:
    text = GOOD.replace("line = 17", "line = 1").replace("one_at_a_time = true", "one_at_a_time = false")
    told = refusal(file, text.replace("line = 6", "line = 28"))
    assert [each.partition(":")[0] for each in told] == ["13", "17", "31"]


@pytest.mark.parametrize(("text", "line", "reason"), [
    (b"", 1, "is missing"),
    (b"\n\xff\xfe = 1", 2, "not UTF-8"),
    (b"x = 1\na = " + b"[" * 5000, 2, "recursion"),
    (b"x = 1\na = " + b"9" * 5000 + b"\nb = 1", 2, "Exceeds"),
    (b"#" * (MOST_BYTES + 1), 1, "longer than"),
    (b"chips = 3", 1, "chips: Expected `object`"),
    (b"b = '''\n'''\na = '''\n\n", 3, "end of document"),
])  # fmt: skip
def test_a_file_that_is_none(file: Path, text: bytes, line: int, reason: str) -> None:
    told = refusal(file, text)
    assert any(each.startswith(f"{line}: ") and reason in each for each in told), told


def test_a_box_has_a_compartment(file: Path) -> None:
    text = GOOD.partition("[compartments.1]")[0] + "[compartments]\n"
    assert "29: compartments: a box has at least one" in refusal(file, text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, Path("a\0b")):
        with pytest.raises(BoardRefused):
            load(path)


@SETTINGS
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="replace"))))
@example(b"a = 9999-99-99")
def test_nothing_but_a_refusal_comes_out(file: Path, text: bytes) -> None:
    assert refusal(file, text)


@SETTINGS
@given(st.data())
def test_a_good_board_changed_anywhere_is_refused_at_a_line_or_whole(file: Path, data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    values = ["-1", "0", "17", "1.5", "true", '"x"', "[]", "{}", "{a=1}", "1979-05-27", "'/'", '"""', "["]
    head, found, _ = lines[at].partition("=")
    lines[at] = f"{head}= {data.draw(st.sampled_from(values))}" if found else data.draw(st.text(max_size=9))
    text = "\n".join(lines).encode(errors="replace")
    file.write_bytes(text)
    try:
        told = [] if load(file).compartments else ["no compartment"]
    except BoardRefused as refused:
        told = str(refused).split(f"{file}:")[1:]
    assert all(1 <= int(each.partition(":")[0]) <= text.count(b"\n") + 1 for each in told)


# -- where a key is ----------------------------------------------------------------------------------------------------

NAMES = st.text("abc", min_size=1, max_size=2)
VALUES = st.recursive(
    st.integers(0, 9), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8
)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.data())
def test_every_key_is_on_the_line_where_it_was_written(tree: dict[str, Any], data: st.DataObject) -> None:
    """However it is written: as tables, dotted, in one line, or between things that look like keys and are none."""
    lines: list[str] = []
    written: dict[tuple[str, ...], int] = {}

    def mark(*keys: tuple[str, ...]) -> None:
        for key in keys:
            for end in range(1, len(key) + 1):
                written.setdefault(key[:end], len(lines) + 1)

    def inline(value: Any) -> str:
        if isinstance(value, dict):
            return "{ " + ", ".join(f"{name} = {inline(inner)}" for name, inner in value.items()) + " }"
        return str(value)

    def leaves(value: Any, key: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [key] + [k for n, v in value.items() for k in leaves(v, (*key, n))] if isinstance(value, dict) else [key]

    def write(value: Any, key: tuple[str, ...], table: tuple[str, ...]) -> None:
        if isinstance(value, dict) and data.draw(st.booleans()):
            for name, inner in value.items():
                write(inner, (*key, name), table)
        else:
            mark(*leaves(value, key))
            lines.append(f"{'.'.join(key[len(table) :])} = {inline(value)}")

    noise = st.sampled_from(["", "# a = 1", '# """', "  # [b]"])
    for name, value in tree.items():
        lines += data.draw(st.lists(noise, max_size=2))
        if isinstance(value, dict):
            mark((name,))
            lines.append(f"[{name}]")
            lines.append(f'{"z"} = """\n[a]\na = 1\n"""')
            lines += lines.pop().split("\n")
            for inner, each in value.items():
                write(each, (name, inner), (name,))
        else:
            lines.insert(0, f"{name} = {value}")
            written = {key: line + 1 for key, line in written.items()} | {(name,): 1}
    text = "\n".join(lines)
    tomllib.loads(text)
    places = Places(text)
    assert {key: places.line(key) for key in written} == written


def test_a_missing_key_is_where_it_would_be() -> None:
    places = Places("\n[a]\nb = [\n1,\n2]\n[a.c]\nd = 1")
    assert [places.line(key) for key in [("a", "x"), ("a", "c", "x"), ("b",), (), ("a", "c", "d", "e")]] == [
        2,
        6,
        1,
        1,
        7,
    ]
