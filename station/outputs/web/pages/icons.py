"""The page's few icons: our own drawings, lines of one thickness in the text's colour."""

from __future__ import annotations

from station.outputs.web.html import Html

_PATHS = {
    "now": '<path d="M3 13c2.5 0 2.5-5 5-5s2.5 9 5 9 2.5-7 4-7h4"/>',
    "day": '<rect x="4" y="5" width="16" height="15" rx="3"/><path d="M4 10h16M9 3v4M15 3v4"/>',
    "exercises": '<circle cx="12" cy="12" r="4"/><circle cx="12" cy="12" r="8.5" opacity=".55"/>',
    "diary": '<path d="M6 4h10a2 2 0 0 1 2 2v14H8a2 2 0 0 1-2-2z"/><path d="M9.5 9h5M9.5 13h5"/>',
    "insight": '<path d="M12 3a6 6 0 0 1 3.5 10.9V16h-7v-2.1A6 6 0 0 1 12 3zM9.5 20h5"/>',
    "setup": '<path d="M4 8h9M17 8h3M4 16h3M11 16h9"/><circle cx="15" cy="8" r="2"/><circle cx="9" cy="16" r="2"/>',
    "help": '<circle cx="12" cy="12" r="8.5"/><path d="M9.8 9.6a2.3 2.3 0 1 1 3.3 2c-.8.4-1.1.9-1.1 1.8M12 16.5v.1"/>',
    "stop": '<rect x="6" y="6" width="12" height="12" rx="2.5"/>',
    "pause": '<path d="M9 6v12M15 6v12"/>',
    "next": '<path d="M7 6l7 6-7 6M17 6v12"/>',
    "mark": '<path d="M7 4h10v16l-5-4-5 4z"/>',
    "quiet": '<path d="M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5z"/>',
    "private": '<path d="M4 4l16 16M9.9 5.3A9 9 0 0 1 12 5c5 0 8.5 5 9 7-.2.8-1 2.3-2.4 3.7'
    'M6.5 7.3C4.5 8.7 3.3 10.8 3 12c.5 2 4 7 9 7 1.5 0 2.8-.4 4-1.1"/>',
    "print": '<path d="M7 9V4h10v5M7 17H5a1 1 0 0 1-1-1v-5a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v5'
    'a1 1 0 0 1-1 1h-2M7 14h10v6H7z"/>',
    "back": '<path d="M14 6l-6 6 6 6"/>',
    "on": '<path d="M10 6l6 6-6 6"/>',
    "done": '<path d="M5 12.500l4.5 4.500L19 7.5"/>',
    "play": '<path d="M8 5.500v13l10-6.500z"/>',
}


def icon(name: str) -> Html:
    """One icon; it says nothing to a screen reader, so the text beside it must."""
    return Html(
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" '
        f'stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">{_PATHS[name]}</svg>'
    )
