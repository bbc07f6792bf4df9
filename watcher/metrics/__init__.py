"""Numbers for Prometheus: counted as the loop goes, served by a thread of their own."""
