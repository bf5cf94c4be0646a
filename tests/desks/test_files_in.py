"""What is handed in as a file is judged by the end of its name and by what is in it; its name is used for nothing and shown nowhere."""

from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import FileExtensionValidator
from django.test import Client
from django.urls import reverse

from hutong.desks.components.attachments import attachment
from hutong.desks.rulebook.forms import Upload
from hutong.hotline.calls.models import Sound
from hutong.project.entries import screens
from tests import cast
from tests.clients import signed_in

pytestmark = pytest.mark.django_db
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
HTML = b"<!doctype html><script>alert(1)</script>"
HOSTILE = ("../../../etc/passwd.csv", "..\\..\\x.csv", '"><script>alert(1)</script>.csv', "a\r\nSet-Cookie: b=c.csv", "\u202evsc.exe.csv")


@pytest.fixture
def client() -> Client:
    return signed_in("gao")


def sheet(client: Client, name: str, content: bytes) -> Any:
    return client.post(reverse("office:files"), {"sheet": "offices", "file": SimpleUploadedFile(name, content)})


def sound(client: Client, name: str, content: bytes) -> Any:
    address = reverse("office:say", args=[cast.office("xian").pk, "greeting", "zh"])
    return client.post(address, {"text": "您好", "audio": SimpleUploadedFile(name, content)})


def test_each_field_that_takes_a_file_names_the_ends_that_it_takes() -> None:
    fields = [(form, field) for form, _name, field in screens() if isinstance(field, forms.FileField)]
    assert {form for form, _field in fields} == {"office.forms.Upload", "office.phone_forms.Say", "rulebook.forms.Upload"}
    for form, field in fields:
        assert any(isinstance(each, FileExtensionValidator) for each in field.validators), form


@pytest.mark.parametrize("name", ["network.exe", "network.csv.exe", "network", "network.html", "network.xlsx"])
def test_a_file_of_another_end_is_refused_whatever_is_in_it(client: Client, name: str) -> None:
    assert sheet(client, name, "机构代码,名称\r\na,b\r\n".encode()).status_code == 422
    assert sound(client, name, b"RIFF").status_code == 422
    assert "file" in Upload({}, {"file": SimpleUploadedFile(name.replace(".xlsx", ".xlsm"), b"PK\x03\x04")}).errors


@pytest.mark.parametrize("content", [PROGRAM, PICTURE, HTML, b"PK\x03\x04" + bytes(40)])
def test_a_file_of_the_right_end_that_is_something_else_is_refused(client: Client, content: bytes) -> None:
    assert sheet(client, "network.csv", content).status_code == 422
    assert sound(client, "hello.wav", content).status_code == 422
    form = Upload({}, {"file": SimpleUploadedFile("r.xlsx", content)})
    assert form.is_valid()
    assert form.read() is None
    assert form.errors
    assert not Sound.objects.exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_a_file_is_used_for_nothing(client: Client, name: str) -> None:
    answer = sheet(client, name, "机构代码,名称,类型,行政区划代码,上级机构代码,启用日期\r\n".encode())
    page = answer.content.decode()
    assert name not in page
    assert "passwd" not in page
    assert "alert(1)" not in page
    assert "Set-Cookie" not in str(answer.headers)


def test_what_is_handed_out_has_a_name_of_ours() -> None:
    assert attachment("x", "offices-20261127.csv")["Content-Disposition"] == 'attachment; filename="offices-20261127.csv"'
