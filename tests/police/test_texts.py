"""The English texts are complete: what the pages and programs say, no more, with every placeholder."""

import re

from hutong.project import texts

SAID = texts.said()
KNOWN = {(message.context, message.id): str(message.string) for message in texts.read() if message.id}
PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)[sd]")
EXAMPLES = re.compile("[休班]|元旦|西安 莲湖")  # what people type stays as it is typed
CHINESE = re.compile("[一-鿿，。；：？！（）]")


def test_the_catalogue_holds_what_is_said_and_nothing_else() -> None:
    assert sorted(map(str, KNOWN)) == sorted(map(str, SAID)), "run make texts"


def test_each_text_is_said_in_english() -> None:
    assert [said for said, english in KNOWN.items() if not english or CHINESE.search(EXAMPLES.sub("", english))] == []


def test_each_placeholder_is_kept() -> None:
    assert [said for said, english in KNOWN.items() if sorted(PLACEHOLDER.findall(said[1])) != sorted(PLACEHOLDER.findall(english))] == []
