"""One page for people: what came in, what was read, and what needs a person. Made of the ledger and of pictures."""
