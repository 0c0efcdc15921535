"""``parkplan verify ZIP``."""

from __future__ import annotations

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import visible
from parkplan.i18n import message
from parkplan.jobs.verify import described

LISTED = 20


@frame.command("verify", frame.argument("bundle", metavar="ZIP"))
def command(bundle: str) -> frame.Answer:
    """Run an audit bundle again."""
    found = jobs.verify(bundle, progress=frame.progress)
    lines = [message("cli.verify_program", name=name, then=then, now=now) for name, then, now in found.programs]
    if found.synthetic:
        lines.append(message("cli.info_fictional"))
    lines += [visible(described(each).to()) for each in found.differences[:LISTED]]
    if found.differing > LISTED:
        lines.append(message("cli.verify_more", count=found.differing - LISTED))
    if any(each.timed for each in found.differences):
        lines.append(message("cli.verify_timed"))
    files, cells = f"{found.files:,}", f"{found.cells:,}"
    if found.equal:
        lines.append(message("cli.verify_equal", files=files, cells=cells, rounded=f"{found.rounded:,}"))
    else:
        lines.append(message("cli.verify_differs", files=files, cells=cells, count=f"{found.differing:,}"))
    lines.append(message("cli.bundle_fingerprint", fingerprint=found.fingerprint))
    return frame.Answer(found, lines, findings=not found.equal)
