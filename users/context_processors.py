"""What every page needs to know about the person looking at it."""

from django.http import HttpRequest

THEMES = ("light", "dark")


def theme(request: HttpRequest) -> dict[str, str]:
    """Return the theme she chose in the menu; light, for sunlight, until then and for anything unknown."""
    chosen = request.COOKIES.get("theme")
    return {"theme": chosen if chosen in THEMES else THEMES[0]}
