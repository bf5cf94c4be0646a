"""The desk of who answers for minors' data: approving, extending and ending the access of posts."""
