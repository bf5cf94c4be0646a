"""What people do to a case itself. Each verb is one transaction, one event and one audit row, through the one door."""
