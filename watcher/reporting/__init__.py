"""What the daemon says of itself: status.json, the `status` command, and whether nothing is lost."""
