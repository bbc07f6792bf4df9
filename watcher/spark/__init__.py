"""The recognise step on a Spark cluster: paths in, verdicts out; everything else stays the daemon's."""
