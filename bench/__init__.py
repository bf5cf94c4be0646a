"""`make bench`: 100,000 cases, and how long a person waits for each thing that is done most. See `__main__`."""
