"""Tables for notebooks."""

from __future__ import annotations

from html import escape


def table(rows: list[tuple[str, str, str, str, str]]) -> str:
    """Quantities as a table of HTML, grouped."""
    lines = ["<table>"]
    group = ""
    for heading, name, value, unit, origin in rows:
        if heading != group:
            group = heading
            lines.append(f'<tr><th colspan="3" style="text-align:left">{escape(heading)}</th></tr>')
        cells = (name, f"{value} {unit}".strip(), origin)
        lines.append("<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in cells) + "</tr>")
    return "\n".join([*lines, "</table>"])
