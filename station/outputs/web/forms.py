"""A form as a browser sends it without any script: its fields, and the page's token among them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from station.outputs.web.answer import Asked, No
from station.outputs.web.html import Html, tag


def fields(asked: Asked) -> Mapping[str, str]:
    """Field -> what was written there.  Raises No for what is no form, or does not carry the page's token."""
    try:
        sent = parse_qs(asked.body.decode(), max_num_fields=8, keep_blank_values=True)
    except (UnicodeDecodeError, ValueError):
        raise No(400, "That is no form.") from None
    if not hmac.compare_digest(sent.get("token", [""])[0].encode(), asked.token.encode()):
        raise No(403, "The page is too old: load it anew.")
    return {name: values[0] for name, values in sent.items()}


def form(asked: Asked, to: str, *children: object, class_: str | None = None) -> Html:
    """A form that carries the token."""
    token = tag("input", type="hidden", name="token", value=asked.token)
    return tag("form", token, *children, method="post", action=to, class_=class_)
