"""A closed case's package: all of it, nothing of who reported or worked on it, marked, and proved by an independent check."""

import io
import json
import zipfile
from argparse import ArgumentParser
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone
from docx import Document

from hutong.hotline.archive import actions, making, papers
from hutong.hotline.archive.models import Export, ExportKind
from hutong.hotline.audit import keys
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.refusals import Refusal
from hutong.project import archive as command
from tests import cast
from tests.loop import ONWARD, case_at

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")
    return tmp_path / "audit.key"


def asked(case: Case, who: str = "zhou", rows: int = 5) -> Export:
    return actions.ask(ExportKind.CASE, subject_id=case.pk, purpose="移交档案馆", rows=rows, by=cast.post(who), at=NOW)


def package(case: Case, who: str = "zhou") -> bytes:
    return actions.hand_out(asked(case, who), lambda held, mark: making.of_case(case, held, mark, at=NOW), by=cast.post(who), at=NOW)


def checked_independently(content: bytes, public: str) -> dict[str, bytes]:
    """What somebody without our code does: every digest, both ways, and the signature over the list as it stands."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    listed, signed = files.pop("清单.json"), json.loads(files.pop("签名.json"))
    assert signed["key"] == public
    Ed25519PublicKey.from_public_bytes(b64decode(public)).verify(b64decode(signed["signature"]), listed)
    digests = json.loads(listed)["files"]
    assert set(digests) == set(files)
    for name, found in files.items():
        sm3 = Hash(SM3())
        sm3.update(found)
        assert digests[name] == {"sha256": sha256(found).hexdigest(), "sm3": sm3.finalize().hex()}
    return files


def test_it_holds_the_case_and_proves_itself_to_who_has_the_public_key(key: Path) -> None:
    case = case_at("closed")
    files = checked_independently(package(case), keys.public_file(key).read_text().split()[-1])
    assert set(files) == {"卷宗.docx", "卷宗.json", "录音.csv", "谁看过.csv"}
    said = json.loads(files["卷宗.json"])
    assert (said["个案"][0]["编号"], said["儿童"][0]["姓名"]) == (case.number, "小雨")
    assert [row["序"] for row in said["办理经过"]] == list(range(1, case.version + 1))
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(files["卷宗.docx"])).paragraphs)
    assert "小雨" in text
    assert "已上门，孩子由外婆照料" in text


def changed(content: bytes, **to: bytes | None) -> bytes:
    """The package with files put in the place of others, added, or (None) taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as other:
        for name in {**dict.fromkeys(archive.namelist()), **to}:
            if (found := to.get(name, archive.read(name) if name in archive.namelist() else None)) is not None:
                other.writestr(name, found)
    return out.getvalue()


def test_the_command_finds_what_was_changed_added_taken_out_or_signed_by_another(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, file = package(case_at("closed")), tmp_path / "case.zip"

    def faults(content: bytes) -> list[str]:
        file.write_bytes(content)
        return papers.faults(file, keys.known_keys(keys.public_file(key)))

    assert faults(whole) == []
    assert faults(changed(whole, **{"卷宗.json": b"{}"})) == ["卷宗.json was changed"]
    assert faults(changed(whole, **{"more.txt": b""})) == ["more.txt is not on the list"]
    assert faults(changed(whole, **{"录音.csv": None})) == ["录音.csv is missing"]
    assert faults(b"no zip") == ["is no package of ours, or its list cannot be read"]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        listed = json.loads(archive.read("清单.json"))
    forged = json.dumps({**listed, "case": "another"}).encode()
    assert faults(changed(whole, **{"清单.json": forged})) == ["the list is signed by nobody known here"]

    file.write_bytes(whole)
    parser = ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(["verify", str(file)])) == 0
    assert "As it was exported." in capsys.readouterr().out
    assert command.run(parser.parse_args(["trace", Export.objects.get().serial.lower()])) == 0
    assert "周敏" in capsys.readouterr().out


def test_an_export_is_handed_out_once_to_who_asked_and_in_time() -> None:
    case = case_at("closed")
    export, zhou = asked(case), cast.post("zhou")
    for by, at, code in (("song", NOW, "export_not_yours"), ("zhou", NOW + timedelta(hours=25), "export_expired")):
        with pytest.raises(Refusal) as refused:
            actions.hand_out(export, lambda _held, _mark: b"x", by=cast.post(by), at=at)
        assert refused.value.reason.code == code
    actions.hand_out(export, lambda _held, _mark: b"x", by=zhou, at=NOW)
    with pytest.raises(Refusal) as refused:
        actions.hand_out(export, lambda _held, _mark: b"x", by=zhou, at=NOW)
    assert refused.value.reason.code == "export_fetched"


def test_much_waits_for_a_second_person() -> None:
    export = asked(case_at("closed"), rows=201)
    with pytest.raises(Refusal) as refused:
        actions.hand_out(export, lambda _held, _mark: b"x", by=cast.post("zhou"), at=NOW)
    assert refused.value.reason.code == "export_waits"
    with pytest.raises(Refusal) as refused:
        actions.agree(export, by=cast.post("zhou"), at=NOW)
    assert refused.value.reason.code == "export_second"
    actions.agree(export, by=cast.post("lu"), at=NOW)
    with pytest.raises(Refusal):
        actions.agree(export, by=cast.post("tan"), at=NOW)
    assert actions.hand_out(export, lambda _held, _mark: b"x", by=cast.post("zhou"), at=NOW) == b"x"


def test_the_database_keeps_the_ledger() -> None:
    export = asked(case_at("closed"), rows=201)
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(done_at=NOW, digest="0" * 64)  # without a second person
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(second=cast.post("zhou"), second_at=NOW)
    for statement in ("UPDATE archive_export SET serial = 'x'", "DELETE FROM archive_export"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_a_psychologist_wrote_is_in_it_for_who_reads_it_on_the_page_alone() -> None:
    case = case_at("follow_up")
    recording.psychology_note(case.pk, by=cast.post("zhou"), at=NOW, text="孩子夜里做噩梦不敢关灯")
    case.refresh_from_db()
    ONWARD["follow_up"](case, NOW)
    case.refresh_from_db()
    for who, reads in (("zhou", True), ("lu", False), ("song", False)):
        with zipfile.ZipFile(io.BytesIO(package(case, who))) as archive:
            told = archive.read("卷宗.json").decode()
        assert ("噩梦" in told, "专业记录，限有权岗位查看" in told) == (reads, not reads), who
