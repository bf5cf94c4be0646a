"""What browsers load from elsewhere: pinned by version and hash, fetched from wherever the machine's own setting says."""

import json

from hutong.project import settings
from tests.conftest import ROOT

WANTED = json.loads((ROOT / "package.json").read_text())["dependencies"]
LOCK = json.loads((ROOT / "package-lock.json").read_text())["packages"]
PACKAGES = {name.removeprefix("node_modules/"): package for name, package in LOCK.items() if name}


def test_each_is_pinned_to_one_version_and_the_lock_holds_no_other() -> None:
    assert {name: package["version"] for name, package in PACKAGES.items()} == WANTED


def test_each_has_a_hash_and_no_address() -> None:
    assert [name for name, package in PACKAGES.items() if not package["integrity"].startswith("sha512-") or "resolved" in package] == []


def test_each_is_served_as_it_comes() -> None:
    served = {folder[0]: folder[1] for folder in settings.STATICFILES_DIRS if isinstance(folder, tuple)}
    assert {name for name in served if (served[name] / "index.js").exists()} == set(WANTED)
