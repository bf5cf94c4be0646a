"""`hutong villages FILE`."""

import argparse
from pathlib import Path

import pytest

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division, Level
from hutong.project import villages

pytestmark = pytest.mark.django_db


def load(content: bytes, folder: Path) -> int:
    """The command, on a file with this content."""
    file, parser = folder / "villages.csv", argparse.ArgumentParser()
    file.write_bytes(content)
    villages.add_arguments(parser)
    return villages.run(parser.parse_args([str(file)]))


def test_villages_come_from_a_file_and_how_many_were_new_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = "code,name\n610104001001,青年路社区居委会\n610104001002,北大街社区居委会\n".encode()

    assert (load(content, tmp_path), capsys.readouterr().out) == (0, "Villages: 2 new\n")
    assert (load(content, tmp_path), capsys.readouterr().out) == (0, "Villages: 0 new\n")
    assert Division.objects.filter(level=Level.VILLAGE).count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("code,name\n610104001001,青年路社区居委会\n610104999001,某村\n".encode(), "第 3 行：没有上级区划 610104999"),
        ("code,name\n610104001001,青年路\n".encode("gb18030"), "文件不是 UTF-8 编码的 CSV。 请另存为 UTF-8 编码的 CSV。"),
        (b"", "文件中没有 code、name 两列。"),
        ("代码,名称\n610104001001,青年路\n".encode(), "文件中没有 code、name 两列。"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence_and_nothing_is_loaded(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        load(content, tmp_path)

    assert str(refusal.value) == said
    assert not Division.objects.filter(level=Level.VILLAGE).exists()
