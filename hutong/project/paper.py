"""The intake sheet on paper, kept as a file for each hotline centre in the data folder: a browser prints it when nothing runs."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils import timezone

from hutong.desks.operator import slips
from hutong.hotline.network import queries as network

FRESH = 12 * 3600  # seconds that a file stays as it is: numbers are printed once


def write(folder: Path) -> None:
    """Write what is missing or old, each whole or not at all."""
    now = timezone.now()
    folder.mkdir(exist_ok=True)
    styles = Path(str(finders.find("css/paper.css"))).read_text()
    for centre in network.centres(on=timezone.localdate(now)):
        path = folder / f"登记表-{centre.name}.html"
        if not path.exists() or now.timestamp() - path.stat().st_mtime > FRESH:
            making = path.with_suffix(".new")
            making.write_text(slips.page(centre, at=now, styles=styles))
            making.replace(path)
