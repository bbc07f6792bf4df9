"""The recognise step on a Spark cluster: paths in, verdicts out; claim, ledger, results and archive stay the daemon's."""
