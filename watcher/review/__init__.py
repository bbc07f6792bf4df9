"""The review page: a small web server on which people look at what was read, and set it right."""
