"""What is done with calls: by the exchange, by people, by timers. One deed is one transaction."""
