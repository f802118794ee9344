"""A dosage in FMK's XML as a `Dosage`: versions 1.4.4, 1.4.6 and 1.6.0, by namespace; all of it exactly, or not
understood."""

import re
from codecs import BOM_UTF8
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from hub.domain.plan import Dosage
from hub.plan.fmk.node import Node
from hub.plan.fmk.xml_146 import read_146
from hub.plan.fmk.xml_160 import read_160
from hub.plan.jsontext import MAX_FILE_BYTES
from hub.plan.reasons import NotUnderstood

_DKMA = "http://www.dkma.dk/medicinecard/xml.schema"
# An extension has its own namespace for the elements it adds to, and the version's for the rest.
FAMILIES = (
    (frozenset({f"{_DKMA}/2015/01/01", f"{_DKMA}/2015/01/01/E2", f"{_DKMA}/2015/01/01/E4"}), read_146),
    (frozenset({f"{_DKMA}/2015/06/01", f"{_DKMA}/2015/06/01/E2"}), read_146),
    (frozenset({"http://fmk-teknik.dk/160"}), read_160),
)
WORDS = (("DosageTranslationCombined", "LongText"), ("DosageTranslation", "LongText"), ("FreeText", "Text"))
DEPTH = 20  # twice what 1.6.0 needs
MOST = 10_000  # elements; bounds the work a file can ask for: a year of days with three doses each is 4,000
ROOTS = ("Dosage", "DosageForRequest", "DosageForResponse")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""")


def read_fmk_xml(text: bytes, place: str = "$") -> Dosage:
    """The dosage in one `Dosage` element, in UTF-8; NotUnderstood with its reasons and their places."""
    element = _parsed(text, place)
    space, _, name = element.tag[1:].rpartition("}")
    for family, read in FAMILIES:
        if space in family and name in ROOTS:
            return read(Node(element, name, place, family))
    raise NotUnderstood([f'{place}: "{element.tag[:120]}" is not a dosage of a version this hub knows'])


def words_in(text: bytes) -> str:
    """FMK's own words for the dosage, word for word: of all of it, else of each period; or its free text. "" where it
    has none, or cannot be read at all."""
    try:
        root = _parsed(text, "$")
    except NotUnderstood:
        return ""
    for outer, inner in WORDS:
        found = [words.text for element in _named(root, outer) for words in _named(element, inner) if words.text]
        if found:
            return "\n".join(dict.fromkeys(found))
    return ""


def _named(element: Element, name: str) -> list[Element]:
    return [inside for inside in element.iter() if inside.tag.rpartition("}")[2] == name]


class _Bounded(TreeBuilder):
    """Builds the tree, no deeper and no larger than a dosage can be."""

    depth = count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > DEPTH or self.count > MOST:
            raise ValueError(f"more than {DEPTH} elements in each other, or more than {MOST} in all")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


def _parsed(text: bytes, place: str) -> Element:
    """The root element. Entities, document types and what is outside the file are never looked at."""
    if len(text) > MAX_FILE_BYTES:
        raise NotUnderstood([f"{place}: {len(text)} bytes is more than {MAX_FILE_BYTES}"])
    declared = _ENCODING.match(text)
    if text.startswith(BOM_UTF8) or (declared and declared[1].lower() != b"utf-8"):
        raise NotUnderstood([f"{place}: must be UTF-8, without a mark in front"])
    try:
        text.decode("utf-8")
        parser = DefusedXMLParser(target=_Bounded(), encoding="utf-8", forbid_dtd=True)
        parser.feed(text)
        root: Element = parser.close()
    except UnicodeDecodeError as error:
        raise NotUnderstood([f"{place}: is not UTF-8 at byte {error.start}"]) from None
    except DefusedXmlException as error:
        raise NotUnderstood([f"{place}: has a document type or entities: {type(error).__name__}"]) from None
    except (ParseError, ValueError) as error:
        raise NotUnderstood([f"{place}: not readable as XML: {error}"]) from None
    return root
