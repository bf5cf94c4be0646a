"""Keeping secrets: values and large objects sealed for one place, under data keys that a key of the deployment wraps. No tables."""
