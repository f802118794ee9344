"""An XML element read strictly: what is in it and not asked for is not understood, nor is anything there twice."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element  # the type alone: defusedxml parses

from hub.plan.reasons import NotUnderstood

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Where a word comes from; an attribute that is not here (xsi:nil) may mean that its element is not what it seems.
SAYS_NOTHING = {"source", "date", "yearAndWeek", f"{XSI}schemaLocation", f"{XSI}noNamespaceSchemaLocation"}
_DECIMAL = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


class Node:
    """One element, its name and place, and the namespaces that its children may be in."""

    def __init__(self, element: Element, name: str, place: str, family: frozenset[str]) -> None:
        self.element, self.name, self.place, self.family = element, name, place, family
        self._inside = [(_name(child, family), child) for child in element]

    def only(self, *names: str) -> None:
        """NotUnderstood unless its children are among `names`, with nothing between them."""
        unknown = dict.fromkeys(name for name, _ in self._inside if name not in names)
        if unknown:
            raise NotUnderstood([f"{self.place}.{name}: not an element this hub knows" for name in unknown])
        if any((text or "").strip() for text in (self.element.text, *(child.tail for child in self.element))):
            raise NotUnderstood([f"{self.place}: has text between its elements"])
        self._attributes()

    def names(self) -> Counter[str]:
        """How many children there are of each name."""
        return Counter(name for name, _ in self._inside)

    def every(self, *names: str) -> "Iterator[Node]":
        """Its children of these names, in order, each counted within its name."""
        seen: Counter[str] = Counter()
        for name, child in self._inside:
            if name in names:
                yield Node(child, name, f"{self.place}.{name}[{seen[name]}]", self.family)
                seen[name] += 1

    def maybe(self, name: str) -> "Node | None":
        """Its one child of a name; None where there is none."""
        found = [child for known, child in self._inside if known == name]
        if len(found) > 1:
            raise NotUnderstood([f"{self.place}.{name}: is there {len(found)} times"])
        return Node(found[0], name, f"{self.place}.{name}", self.family) if found else None

    def need(self, name: str) -> "Node":
        found = self.maybe(name)
        if found is None:
            raise NotUnderstood([f"{self.place}.{name}: missing"])
        return found

    def one_of(self, *names: str) -> str:
        """Which one of these children there is; NotUnderstood where there is none, or more than one kind."""
        there = self.names()
        found = [name for name in names if name in there]
        if len(found) != 1:
            said = "none" if not found else " and ".join(found)
            raise NotUnderstood([f"{self.place}: must have one of {', '.join(names)}, has {said}"])
        return found[0]

    def flag(self) -> None:
        """An element that says all by being there."""
        self.only()

    def text(self) -> str:
        """Its text as it stands."""
        if len(self.element):
            raise NotUnderstood([f"{self.place}: must be text"])
        self._attributes()
        return self.element.text or ""

    def word(self) -> str:
        """Its text without space around it: a date, an hour, a name."""
        return self.text().strip(" \t\r\n")

    def integer(self, least: int, most: int) -> int:
        text = self.word()
        number = int(text) if _INTEGER.fullmatch(text) else None
        if number is None or not least <= number <= most:
            raise NotUnderstood([f'{self.place}: must be a whole number from {least} to {most}, is "{text[:40]}"'])
        return number

    def decimal(self) -> Decimal:
        text = self.word()
        if not _DECIMAL.fullmatch(text):
            raise NotUnderstood([f'{self.place}: must be a number, is "{text[:40]}"'])
        return Decimal(text)

    def _attributes(self) -> None:
        unknown = [name for name in self.element.attrib if name not in SAYS_NOTHING]
        if unknown:
            raise NotUnderstood([f"{self.place}: has the attribute {unknown[0][:80]}, which this hub does not know"])


def _name(child: Element, family: frozenset[str]) -> str:
    """A child's name; of another namespace it is none this hub knows."""
    space, _, name = child.tag[1:].rpartition("}")
    return name if space in family else child.tag
