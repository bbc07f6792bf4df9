"""Makes the model: data → network → fit → evaluate → export.

Imports `watcher.recognition`, never the reverse.
"""
