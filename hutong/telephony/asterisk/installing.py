"""Fetching an Asterisk of the right age into a folder, and starting it there: nothing of the machine itself is changed.

Debian's stable suites have none, so the packages of a newer suite are unpacked beside the system. Their programs run with their own
loader and libraries, without any change of root and as whoever starts them.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from hutong.telephony import speech
from hutong.telephony.asterisk.config import Place, files

SUITE = "sid"
NEEDED = ("debootstrap",)
SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))
WHOLE = "asterisk-is-whole"  # the file that is written last
FOLDERS = ("etc", "lib/keys", "log", "music", "run", "sounds", "spool/recording")


class CannotInstall(Exception):  # noqa: N818 said to whoever asked
    """Why no exchange can be fetched here, in a sentence."""


def mirror() -> str:
    """The mirror from which this machine itself is kept. Raises CannotInstall."""
    listed = [path for source in SOURCES for path in (sorted(source.glob("*")) if source.is_dir() else [source]) if path.is_file()]
    for path in listed:
        text = path.read_text(errors="replace")
        if path.suffix in {".sources", ".list"} and (
            found := re.search(r"^(?:URIs:|deb)\s+(?:\[[^\]]*\]\s+)?(https?://\S+debian/?)(?:\s|$)", text, re.M)
        ):
            return found[1]
    raise CannotInstall("The machine's apt sources name no Debian mirror.")


def programs_folder(data: Path) -> Path:
    """Where the programs lie: `HUTONG_ASTERISK` where it is set, else in the data folder."""
    return Path(os.environ.get("HUTONG_ASTERISK") or data / "exchange" / "root").resolve()


def is_installed(data: Path) -> bool:
    """Whether there is one to start."""
    return (programs_folder(data) / WHOLE).exists()


def install(data: Path) -> None:
    """Fetch it where it is missing: about a minute and 500 MB, its signatures checked. Raises CannotInstall."""
    if is_installed(data):
        return
    if os.geteuid() != 0:
        raise CannotInstall("Only root can unpack the packages: run it as root once, or set HUTONG_ARI_URL to an exchange that stands.")
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        raise CannotInstall(f"Install {', '.join(missing)} first: apt-get install {' '.join(missing)}.")
    target = programs_folder(data)
    making = target.with_name(f"{target.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.parent.mkdir(parents=True, exist_ok=True)
    command = ["debootstrap", "--variant=minbase", "--include=asterisk", SUITE, str(making), mirror()]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603 our own command
    if ended.returncode:
        raise CannotInstall(f"debootstrap failed: {' '.join(ended.stdout.strip().splitlines()[-1:])}")
    (making / WHOLE).touch()
    shutil.rmtree(target, ignore_errors=True)
    making.rename(target)


def prepare(place: Place) -> None:
    """Write the configuration, the folders that it names, and the music for those who wait."""
    for name in FOLDERS:
        (place.folder / name).mkdir(parents=True, exist_ok=True)
    speech.music(place.folder / "music" / "wait.wav")
    for name, text in files(place).items():
        path = place.folder / "etc" / name
        path.touch(mode=0o600)
        path.write_text(text)


def libraries(root: Path) -> Path:
    """The folder of the libraries that were fetched, whatever the machine's kind."""
    return next(root.glob("usr/lib/*-linux-gnu*"))


def programs(root: Path) -> dict[str, Path]:
    """Where an Asterisk finds its modules and what belongs to them."""
    return {"modules": libraries(root) / "asterisk" / "modules", "shared": root / "usr" / "share" / "asterisk"}


def command(root: Path, folder: Path) -> tuple[str, ...]:
    """How it is started, in the foreground."""
    libs = libraries(root)
    loader = next(path for path in root.glob("usr/lib*/**/ld-linux*.so.*") if path.exists())
    return (
        str(loader), "--library-path", f"{libs}:{libs / 'asterisk'}", str(root / "usr/sbin/asterisk"), "-f", "-C",
        str(folder / "etc" / "asterisk.conf"),
    )  # fmt: skip
