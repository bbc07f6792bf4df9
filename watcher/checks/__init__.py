"""What `check` looks at, a topic a module. Each check gives findings, and leaves nothing behind."""
