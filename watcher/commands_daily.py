"""The commands of every day: run, predict, status, check."""

from contextlib import nullcontext
from pathlib import Path

import click

from watcher.colours import color_option
from watcher.epilogs import epilog
from watcher.options import folders, settings, settings_source

# Everything else is imported where it is used: `--help` answers at once, and the daemon starts fast.


@click.command(
    epilog=epilog(
        "digit-watcher run",
        "digit-watcher run --once --inbox scans --outbox results",
        "digit-watcher run --once --report",
        codes=(0, 2, 3, 4, 5),
    )
)
@folders
@click.option("--once", is_flag=True, help="Read what is there, wait for what is still being copied, and end.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=Path(),
    metavar="FILE",
    help="With --once: write a page about this run; where no FILE is named, report.html in the outbox.",
)
def run(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, once: bool, report: Path | None
) -> None:  # fmt: skip
    """Watch the inbox and read every picture that arrives.

    Stop it with Ctrl-C or SIGTERM: it finishes what it has begun. A second time ends it at once; the next
    start carries on where it was. Nothing is lost either way.
    """
    from watcher.log import logs
    from watcher.run import run_command

    if report is not None and not once:
        raise click.UsageError("--report is of one run: say it with --once. Else there is `digit-watcher report`.")
    read_settings = settings_source(config_file, inbox, outbox, say=True)
    config = read_settings()
    if report == Path():
        report = config.outbox / "report.html"
    logs.set_up(config.log.level, config.log.format)
    run_command(config, read_settings, once=once, report=report)


@click.command(
    short_help="Read pictures where they lie.",
    epilog=epilog(
        "digit-watcher predict scan.png photos/",
        "digit-watcher predict --json photos/ | jq -r 'select(.status != \"ok\") | .file'",
        "digit-watcher predict --figure seen.png photos/",
        "digit-watcher predict --sheet sheet.png photos/ > read.txt",
        codes=(0, 2, 3, 5),
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a picture, with all ten scores.")
@click.option(
    "--figure",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.png",
    help="Draw each picture beside the 28×28 that the network saw and what it read.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.png",
    help="A contact sheet of all pictures, numbered as the lines printed; of more than a page, OUT-1.png, OUT-2.png, …",
)
@click.option(
    "--sort",
    type=click.Choice(["status", "confidence", "name"]),
    default="status",
    show_default=True,
    help="Of the sheet: first what is for review, then unreadable; or the least sure; or by name.",
)
@click.option(
    "--page", type=click.Choice(["a4", "phone"]), default="a4", show_default=True, help="Of the sheet: for what size."
)
@click.option("--model", type=click.Path(path_type=Path), metavar="PATH", help="Another model than the config's.")
@color_option
@folders
def predict(
    paths: tuple[Path, ...], as_json: bool, figure: Path | None, sheet: Path | None, sort: str, page: str,
    model: Path | None, config_file: Path | None, inbox: Path | None, outbox: Path | None,
) -> None:  # fmt: skip
    """Read pictures, or folders of them, without moving anything. PATHS: files and folders.

    Prints the digit, its confidence and the status that the daemon would give each.
    """
    from watcher.drawing.contact_sheet import ContactSheet
    from watcher.predict import predict_command

    config = settings(config_file, inbox, outbox, needed=False)  # reading a picture needs no folders
    with ContactSheet(sheet, page=page, order=sort) if sheet else nullcontext() as drawn:
        predict_command(config, paths, as_json=as_json, figure=figure, model=model, sheet=drawn)


@click.command(
    short_help="Say what the daemon does and what waits.",
    epilog=epilog(
        "digit-watcher status",
        "digit-watcher status --json | jq .results",
        "digit-watcher status --exit-code > /dev/null || echo 'look at it'",
        codes=(0, 2, 3, 4),
    ),
)
@folders
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option("--exit-code", is_flag=True, help="End with 4 where something is wrong, as when it is stopped.")
@click.option("--verify", is_flag=True, help="Compare every record with every file in archive/ and rejected/.")
@color_option
def status(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, as_json: bool, exit_code: bool, verify: bool
) -> int:
    """Say what the daemon does, what it has done, and what waits and why.

    Ends with 0 whenever it could say so; with --exit-code only where all is well, and with --verify only where
    nothing is lost, else with 4. --verify reads the ledger, which the daemon's user may; it takes as long as it takes.
    """
    config = settings(config_file, inbox, outbox)
    if verify:
        from watcher.reporting.show_verified import show_verified

        return show_verified(config, as_json=as_json)
    from watcher.reporting.show import show_status

    return show_status(config, as_json=as_json, exit_code=exit_code)


@click.command(
    short_help="Try everything that could fail later.",
    epilog=epilog("sudo digit-watcher check", "digit-watcher check | grep -v ^ok", codes=(0, 2, 3, 4, 5)),
)
@folders
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@color_option
def check(config_file: Path | None, inbox: Path | None, outbox: Path | None, as_json: bool) -> int:
    """Try everything that could fail later: folders, permissions, disks, limits, model, ledger, clock, service.

    A line each: ok, warn where it works and somebody should know, FAIL with what to do. Nothing is left behind, and a
    running daemon is not disturbed. With `engine: spark` a session on the cluster is opened where no daemon has one;
    where it fails its logs stay. Root tries as the user who owns the folders. Exits with the code of the worst.
    """
    from watcher.check import check_command

    return check_command(settings(config_file, inbox, outbox, say=True), as_json=as_json)
