"""Pictures for people: what the network saw and what it read."""
