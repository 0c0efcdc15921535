"""Text on its way into a folium template.

branca renders its own output as a template a second time, and folium puts texts into JavaScript template literals, so
neither HTML escaping nor JSON alone is safe. These two functions are the only ways in.
"""

from __future__ import annotations

import json
import math

_SYNTAX = "&<>\"'`${}\\"
_ENTITIES = str.maketrans({sign: f"&#{ord(sign)};" for sign in _SYNTAX})
_DANGEROUS = frozenset(_SYNTAX + "%#\u2028\u2029")


def entities(text: str) -> str:
    """Encode every sign that HTML, JavaScript or a template could read as syntax.

    >>> entities("{{7*7}} `${x}`")
    '&#123;&#123;7*7&#125;&#125; &#96;&#36;&#123;x&#125;&#96;'
    """
    return text.translate(_ENTITIES)


def _quoted(text: str) -> str:
    return f'"{"".join(_sign(sign) for sign in text)}"'


def _sign(sign: str) -> str:
    if sign in _DANGEROUS:
        return f"\\u{ord(sign):04x}"
    return sign if sign.isprintable() else json.dumps(sign)[1:-1]


def script_literal(value: object) -> str:
    r"""Write plain data (None, bool, numbers, text, lists, dictionaries) as a JavaScript literal without live syntax.

    Braces of objects never stand next to one another as template syntax does: keys come quoted, so ``{{`` cannot arise.

    >>> script_literal({"url": "/t/{z}.mvt", "zoom": (0, 18)})
    '{"url": "/t/\\u007bz\\u007d.mvt", "zoom": [0, 18]}'
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (int, float)) and math.isfinite(value):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(str(key))}: {script_literal(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(script_literal, value)) + "]"
    raise TypeError(f"{type(value).__name__} is no plain data")
