"""Bytes of a picture → verdict. Pure: knows no folders, no config file, no ledger."""
