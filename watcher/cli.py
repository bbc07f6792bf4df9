"""The commands. The one place where an exception becomes a message and an exit code."""

import io
import sys

import click

from watcher import __version__, commands_asking, commands_care, commands_daily, commands_report, commands_review
from watcher.epilogs import GROUP_EPILOG
from watcher.errors import DigitWatcherError


def main() -> None:
    """Run the command line and exit with its code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path need not be text
    try:
        code = cli(standalone_mode=False)
    except DigitWatcherError as error:
        click.echo(error.for_people(), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: no word about it
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


@click.group("digit-watcher", epilog=GROUP_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="digit-watcher")
def cli() -> None:
    """Read pictures of handwritten digits that people copy into a folder."""


for module in (commands_daily, commands_review, commands_report, commands_asking, commands_care):
    for command in vars(module).values():
        if isinstance(command, click.Command):
            cli.add_command(command)
