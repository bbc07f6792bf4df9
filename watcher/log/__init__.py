"""The log: for people on a terminal, for the journal under systemd, and never in the way."""
