"""`hutong villages FILE`: the villages below the townships, where a place wants them."""

import argparse
from pathlib import Path

from hutong.hotline.network import divisions
from hutong.project.installing import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong villages` understands."""
    parser.add_argument("file", type=Path, help="CSV in UTF-8 with the columns code (12 digits) and name; safe to load again")


def run(options: argparse.Namespace) -> int:
    """The command."""
    say(f"Villages: {divisions.load_villages(options.file):,} new")
    return 0
