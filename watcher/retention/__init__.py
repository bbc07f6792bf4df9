"""What is old is deleted, where the settings say so: crash-safe, in bites, and shown first."""
