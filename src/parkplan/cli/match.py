"""``parkplan match WS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.i18n import message

if TYPE_CHECKING:
    from parkplan.jobs.match import EnterpriseMatch

SHOWN: Final = 20


@frame.command(
    "match",
    frame.argument("workspace", metavar="WS"),
    frame.option("--confirm", "pairs", multiple=True, metavar="ENTERPRISE=PARCEL", help="option_match_confirm"),
    frame.option("--write", is_flag=True, help="option_match_write"),
)
def command(workspace: str, pairs: tuple[str, ...], write: bool) -> frame.Answer:
    """Match enterprises to parcels."""
    found = jobs.match_enterprises(workspace, confirm=dict(map(_pair, pairs)), write=write)
    return frame.Answer(_document(found), _lines(found))


def _pair(text: str) -> tuple[str, str]:
    firm, sign, parcel = text.partition("=")
    if not (firm.strip() and sign and parcel.strip()):
        raise RequestError("import_mapping_form", given=text)
    return firm.strip(), parcel.strip()


def _document(found: EnterpriseMatch) -> dict[str, object]:
    return {
        "address": found.address,
        "enterprises": found.enterprises,
        "counts": found.counts,
        "matched": found.matched.to_dict("records"),
        "proposed": found.proposed.to_dict("records"),
        "unmatched": found.unmatched,
        "faulty_codes": found.faulty_codes,
        "written": found.info is not None,
    }


def _lines(found: EnterpriseMatch) -> list[str]:
    matched = found.enterprises - len(found.unmatched)
    lines = [message("cli.match_head", all=f"{found.enterprises:,}", matched=f"{matched:,}")]
    lines += [
        message("cli.match_count", method=message(f"cli.match_{method}"), count=f"{count:,}")
        for method, count in found.counts.items()
    ]
    if len(found.proposed):
        heads = (message("cli.match_enterprise"), message("cli.match_name"), message("cli.match_parcel"),
                 message("cli.match_why"))  # fmt: skip
        rows = [
            (row["enterprise_id"], row["name"], row["parcel_id"], message(f"cli.match_{row['method']}"))
            for row in found.proposed.head(SHOWN).to_dict("records")
        ]
        lines += ["", message("cli.match_proposed", count=f"{len(found.proposed):,}"), *grid([heads, *rows])]
    if found.unmatched:
        listed = ", ".join(map(visible, found.unmatched[:SHOWN]))
        lines += ["", message("cli.match_unmatched", count=f"{len(found.unmatched):,}", listed=listed)]
    if found.faulty_codes:
        listed = ", ".join(map(visible, found.faulty_codes[:SHOWN]))
        lines += ["", message("cli.match_faulty_codes", count=f"{len(found.faulty_codes):,}", listed=listed)]
    return [*lines, message("cli.match_written" if found.info is not None else "cli.match_not_written")]
