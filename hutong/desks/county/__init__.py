"""The desk of who acts: county bureaus, departments, townships. Made for a phone in one hand."""
