"""Inside a daemon under test: few pictures are kept, and few rows in a file; below what the settings allow."""

from datetime import tzinfo


def install() -> None:
    """Whatever the settings say."""
    from watcher import works
    from watcher.retention import care
    from watcher.retention.rules import Rules
    from watcher.rotation import Rotation

    class Few(Rules):
        """Rules under which something is to be deleted all the time."""

        @classmethod
        def of(cls, given: object, zone: tzinfo) -> Rules:
            """These, and no others."""
            return Rules({}, {"archive": 6000, "rejected": 2000}, zone)

    care.LOOK_SECONDS = 0.02
    works.Rules = Few  # type: ignore[misc]
    works.Rotation = lambda how, most_bytes, zone: Rotation("size", 6000, zone)  # type: ignore[assignment,misc]
