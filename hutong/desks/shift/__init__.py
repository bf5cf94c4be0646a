"""The hotline centre's desk for the shift: what is going on now."""
