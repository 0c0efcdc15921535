"""Help pages and usage faults in the user's language; click brings the parsing, we bring the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from parkplan._errors import RequestError
from parkplan.i18n import message

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kind(click.ParamType[Any]):
    """A kind of value of our own; ``expected`` is the message that says what is expected."""

    expected: str


class Option(click.Option):
    """An option whose ``help`` names a message."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its meaning."""
        declared = [*self.opts, *self.secondary_opts]
        value = "" if self.is_flag else f" {_value_name(self, ctx)}"
        return f"{', '.join(declared)}{value}", message(f"cli.{self.help}")


def _value_name(option: click.Option, ctx: click.Context) -> str:
    if isinstance(option.type, click.Choice):
        return "|".join(str(choice) for choice in option.type.choices)
    if isinstance(option.type, click.types.IntParamType):
        return "N"
    return option.make_metavar(ctx) if option.metavar or isinstance(option.type, Kind) else "X"


class Argument(click.Argument):
    """A positional argument, explained in the help page."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the argument and its meaning."""
        return self.make_metavar(ctx), message(f"cli.argument_{self.name}")


class HelpTexts(click.Command):
    """Help pages with headings and texts of ours."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help`` with its meaning in the user's language."""

        def show(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
            if wanted and not context.resilient_parsing:
                click.echo(context.get_help())
                context.exit()

        return Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=show, help="option_help")

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the command is called."""
        pieces = [piece for piece in self.collect_usage_pieces(ctx) if piece != self.options_metavar]
        formatter.write(
            f"{message('cli.usage')} {' '.join([ctx.command_path, *pieces, message('cli.options_word')])}\n"
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write(f"\n{message(f'cli.{self.help}')}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write arguments, options and, for the top command, the commands."""
        parameters = self.get_params(ctx)
        arguments = [entry for entry in parameters if isinstance(entry, click.Argument)]
        _write_records(formatter, "arguments", arguments, ctx)
        if isinstance(self, click.Group):
            with formatter.section(message("cli.commands")):
                formatter.write_dl([(name, message(f"cli.help_{name}")) for name in self.list_commands(ctx)])
        _write_records(formatter, "options", [entry for entry in parameters if entry not in arguments], ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return what the command does in one line."""
        return message(f"cli.{self.help}")


def _write_records(
    formatter: click.HelpFormatter, heading: str, parameters: Sequence[click.Parameter], ctx: click.Context
) -> None:
    records = [record for parameter in parameters if (record := parameter.get_help_record(ctx)) is not None]
    if records:
        with formatter.section(message(f"cli.{heading}")):
            formatter.write_dl(records)


class Command(HelpTexts):
    """A command that names arguments too many in the user's language."""

    def __init__(self, name: str, **attributes: Any) -> None:  # noqa: ANN401  # what click.Command takes
        super().__init__(name, context_settings={"allow_extra_args": True}, **attributes)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; none may be left over."""
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            raise RequestError("extra_arguments", arguments=" ".join(ctx.args), command=ctx.command_path)
        return rest


def usage_sentence(fault: click.UsageError) -> str:
    """Say in one sentence what was wrong with the call and where help is."""
    command = fault.ctx.command_path if fault.ctx is not None else "parkplan"
    if isinstance(fault, click.NoSuchOption):
        return message("cli.no_such_option", option=fault.option_name, command=command)
    if isinstance(fault, click.MissingParameter):
        return message("cli.missing", what=_parameter_name(fault), command=command)
    if isinstance(fault, click.BadParameter):
        return message("cli.bad_value", what=_parameter_name(fault), expected=_expected(fault), command=command)
    if isinstance(fault, click.BadOptionUsage):
        return message("cli.bad_option", option=fault.option_name, command=command)
    return message("cli.bad_call", command=command)


def _parameter_name(fault: click.BadParameter) -> str:
    if fault.param is None:
        return str(fault.param_hint or "")
    if isinstance(fault.param, click.Argument):
        return fault.param.make_metavar(fault.ctx or click.Context(click.Command("parkplan"))).strip("[].")
    return fault.param.opts[-1] if not fault.param.opts[0].startswith("--") else fault.param.opts[0]


def _expected(fault: click.BadParameter) -> str:
    kind = fault.param.type if fault.param is not None else None
    if isinstance(kind, Kind):
        return message(f"cli.{kind.expected}")
    if isinstance(kind, click.Choice):
        return message("cli.expected_choice", choices=", ".join(str(choice) for choice in kind.choices))
    if isinstance(kind, click.IntRange):
        low, high = ("…" if bound is None else str(bound) for bound in (kind.min, kind.max))
        return message("cli.expected_range", low=low, high=high)
    if isinstance(kind, click.types.IntParamType):
        return message("cli.expected_integer")
    if isinstance(kind, click.types.FloatParamType):
        return message("cli.expected_number")
    return message("cli.expected_other")
