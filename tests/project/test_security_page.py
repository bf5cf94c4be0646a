"""The page on what a theft gives names every sealed column and every mark."""

from hutong.hotline.keys import fields
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()


def test_every_sealed_column_is_named() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| `")]
    for model in fields.sealed_models():
        table = model._meta.db_table
        named = " ".join(line for line in lines if f"`{table}`" in line.split("|")[1])
        for field in (*fields.sealed_fields(model), *fields.index_fields(model)):
            assert f"`{field.column}`" in named, f"{table}.{field.column}"
