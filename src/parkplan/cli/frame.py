"""What all commands share: language, ``--json``, progress, errors as one sentence, exit codes.

A command is a function that returns an `Answer`; the frame prints it and nothing else. Progress and faults go to
stderr, so that stdout holds the result alone.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
import warnings
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

import click

import parkplan
from parkplan._errors import ParkplanError, RequestError
from parkplan.cli.text import visible
from parkplan.cli.usage import Argument, Command, HelpTexts, Option, usage_sentence
from parkplan.data.workspace.address import without_passwords
from parkplan.i18n import LANGUAGES, Language, current_language, language, message
from parkplan.jobs.json_values import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DONE: Final = 0
FINDINGS: Final = 1
USER: Final = 2
OURS: Final = 3
INTERRUPTED: Final = 130
_quiet: Final = Event()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has to say: ``document`` for ``--json``, ``lines`` for people, ``findings`` for exit code 1.

    ``fault`` is told after an answer that stands in spite of it, with exit code 2.
    """

    document: object
    lines: Sequence[str]
    findings: bool = False
    fault: ParkplanError | None = None


def command(name: str, *parameters: click.Parameter) -> Callable[[Callable[..., Answer]], click.Command]:
    """Declare a command; its help is the message ``cli.help_<name>``, and it takes the options that all commands take.

    The function gets its parameters by name. It may call `progress`; it never prints.
    """

    def declare(work: Callable[..., Answer]) -> click.Command:
        @wraps(work)
        def answered(*, json_wanted: bool, quiet: bool, lang: str | None, **values: object) -> int:
            (_quiet.set if quiet else _quiet.clear)()
            answer = work(**values)
            _print(answer, json_wanted=json_wanted, quiet=quiet)
            if answer.fault is not None:
                raise answer.fault
            return FINDINGS if answer.findings else DONE

        return Command(name, callback=answered, params=[*parameters, *_shared()], help=f"help_{name}")

    return declare


def _shared() -> list[click.Parameter]:
    return [
        Option(["--json", "json_wanted"], is_flag=True, help="option_json"),
        Option(["--lang"], type=click.Choice(LANGUAGES), help="option_lang"),
        Option(["--quiet"], is_flag=True, help="option_quiet"),
    ]


def argument(name: str, **attributes: Any) -> click.Parameter:  # noqa: ANN401  # what click.Argument takes
    """Declare a positional argument; its help is the message ``cli.argument_<name>``."""
    return Argument([name], **attributes)


def option(*declarations: str, help: str, **attributes: Any) -> click.Parameter:  # noqa: ANN401  # click.Option's
    """Declare an option; ``help`` is a message of ``cli.yaml``."""
    return Option(list(declarations), help=help, **attributes)


def progress(sentence: str) -> None:
    """Tell the person at the terminal what is being done; a job may call it from any thread."""
    if not _quiet.is_set():
        click.echo(visible(sentence), err=True)


def _print(answer: Answer, *, json_wanted: bool, quiet: bool) -> None:
    if json_wanted:
        click.echo(json.dumps(plain(answer.document), ensure_ascii=False, indent=2, allow_nan=False))
    elif not quiet:
        for line in answer.lines:
            click.echo(line)


class _Commands(HelpTexts, click.Group):
    """The top command, which imports a command's module when it is asked for."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        super().__init__(
            name="parkplan",
            help="help_parkplan",
            invoke_without_command=True,
            callback=self._top,
            params=[
                Option(["--version"], is_flag=True, help="option_version"),
                Option(["--lang"], type=click.Choice(LANGUAGES), help="option_lang"),
            ],
        )
        self._modules = modules

    def _top(self, version: bool, lang: str | None) -> int:
        context = click.get_current_context()
        if version:
            click.echo(f"parkplan {parkplan.__version__}")
        elif context.invoked_subcommand is None:
            click.echo(context.get_help())
        return DONE

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a day's work."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self._modules:
            raise RequestError("unknown_command", command=cmd_name, known=", ".join(self._modules))
        return cast("click.Command", import_module(self._modules[cmd_name]).command)


def run(modules: Mapping[str, str], arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    with language(_language_of(given)), warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        try:
            return _run(modules, given)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        except (KeyboardInterrupt, click.Abort):
            click.echo(message("cli.interrupted"), err=True)
            return INTERRUPTED
        except Exception:
            click.echo(message("cli.our_fault", log=_log_fault(given)), err=True)
            return OURS


def _run(modules: Mapping[str, str], given: list[str]) -> int:
    try:
        code = _Commands(modules).main(given, prog_name="parkplan", standalone_mode=False)
    except click.UsageError as fault:
        click.echo(visible(usage_sentence(fault)), err=True)
        return USER
    except ParkplanError as fault:
        for sentence in fault.sentences():
            click.echo(visible(sentence), err=True)
        return USER
    return code if isinstance(code, int) else DONE


def _language_of(given: Sequence[str]) -> Language:
    """Find the language before anything is parsed: what is said first in the option, then in the environment."""
    wanted = os.environ.get("PARKPLAN_LANG", "")
    for position, word in enumerate(given):
        if word == "--lang" and position + 1 < len(given):
            wanted = given[position + 1]
        elif word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
    return next((known for known in LANGUAGES if known == wanted.lower()), current_language())


def _speak_utf8(stream: TextIO) -> None:
    """Write UTF-8 into files and pipes on every system, and never fail on a character that a terminal lacks."""
    if isinstance(stream, TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="replace")


def _log_fault(given: Sequence[str]) -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="parkplan-", suffix=".log", delete=False, encoding="utf-8") as log:
        told = f"parkplan {parkplan.__version__} {' '.join(given)}\n{traceback.format_exc()}"
        log.write(without_passwords(told))
    return Path(log.name)
