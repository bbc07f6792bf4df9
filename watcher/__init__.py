"""digit-watcher: reads pictures of handwritten digits that people copy into a folder."""

__version__ = "0.1.0"
