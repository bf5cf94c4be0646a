"""Kept alive: backups that are sealed and checked, WAL as it is written, and the way back."""
