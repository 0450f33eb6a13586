"""Keeps the Indonesian catalogue whole without the gettext binaries: reads the sources, merges, compiles, checks.

    python locale/messages.py extract [--prune]     every msgid of the sources into django.po, translations kept
    python locale/messages.py translate FILE.json   translations into django.po, compiled to django.mo
    python locale/messages.py check                 fails naming what is untranslated, unused, fuzzy or stale

FILE.json maps msgids: {"Save": "Simpan", "%(n)s week": {"plural": "%(n)s weeks", "id": "%(n)s pekan"},
"May": {"context": "month name", "id": "Mei"}}. Several runs at once wait for each other.
"""

import argparse
import ast
import contextlib
import fcntl
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/id/LC_MESSAGES/django.po")

# Folders at the root whose texts nobody reads on a screen or on paper.
_SKIPPED = {"benchmarks", "docs", "locale", "node_modules", "static", "tests", "var"}
_TEMPLATE_SUFFIXES = {".html", ".svg", ".txt", ".xml"}

# What each function of django.utils.translation takes first: c context, s singular, p plural.
_FUNCTIONS = {
    name + lazy: arguments
    for name, arguments in {"gettext": "s", "ngettext": "sp", "pgettext": "cs", "npgettext": "csp"}.items()
    for lazy in ("", "_lazy")
} | {"gettext_noop": "s", "_": "s"}

_STRING = r"""[uU]?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(rf"(?<!\w)(n?p?gettext|_)\(({_STRING}(?:\s*,\s*{_STRING})*)", re.DOTALL)
_PLACEHOLDER = re.compile(r"%(?:\((?P<name>[^)]*)\))?[-#0+]*\d*(?:\.\d+)?(?P<type>[a-zA-Z%])|(?P<brace>\{\w*\})")

_HEADER = {
    "Project-Id-Version": "Buku KSM",
    "Language": "id",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str | None, str]


@dataclass
class Message:
    """One text of the sources: its context, its forms, and the files it stands in."""

    msgid: str
    context: str | None = None
    plural: str = ""
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        """What the catalogue finds it by."""
        return (self.context, self.msgid)


class BadMessage(ValueError):
    """A text that cannot be translated as written, or a translation that would break where it is used."""


def messages_of_python(source: str, filename: str) -> Iterator[Message]:
    """Yield the msgids of a Python source; refuses one put together at run time, which no catalogue can hold."""
    tree = ast.parse(source, filename)
    aliases = {
        alias.asname or alias.name: _FUNCTIONS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in _FUNCTIONS
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            arguments = aliases.get(node.func.id)
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            arguments = _FUNCTIONS.get(node.func.attr) if node.func.value.id == "translation" else None
        else:
            arguments = None
        if arguments is None:
            continue
        given = node.args[: len(arguments)]
        if any(isinstance(argument, ast.JoinedStr | ast.BinOp | ast.Call) for argument in given):
            raise BadMessage(f"{filename}:{node.lineno}: a msgid is a plain string; put values in after translating")
        texts = [argument.value for argument in given if isinstance(argument, ast.Constant)]
        if len(texts) == len(arguments) and all(isinstance(text, str) for text in texts):
            yield _message(arguments, texts, filename)


def messages_of_template(source: str, filename: str) -> Iterator[Message]:
    """Yield the msgids of a Django template."""
    for call in _TEMPLATE_CALL.finditer(templatize(source, origin=filename)):
        arguments = _FUNCTIONS[call[1]]
        texts = [ast.literal_eval(text) for text in re.findall(_STRING, call[2], re.DOTALL)]
        yield _message(arguments, texts, filename)


def _message(arguments: str, texts: list[str], filename: str) -> Message:
    parts = dict(zip(arguments, texts, strict=False))
    return Message(parts["s"], parts.get("c"), parts.get("p", ""), {filename})


def sources(root: Path) -> Iterator[Path]:
    """Yield the Python sources and templates of the project, in a fixed order."""
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        top = here == root
        folders[:] = sorted(
            name for name in folders if not name.startswith((".", "__")) and not (top and name in _SKIPPED)
        )
        in_templates = "templates" in here.relative_to(root).parts
        for name in sorted(names):
            suffix = Path(name).suffix
            if suffix == ".py" or (in_templates and suffix in _TEMPLATE_SUFFIXES):
                yield here / name


def used_messages(root: Path) -> tuple[dict[Key, Message], list[str]]:
    """Return every text the sources ask to translate, and what is wrong with a source."""
    found: dict[Key, Message] = {}
    problems: list[str] = []
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        reader = messages_of_python if path.suffix == ".py" else messages_of_template
        try:
            messages = list(reader(path.read_text(encoding="utf-8"), name))
        except BadMessage as refused:
            problems.append(str(refused))
            continue
        except SyntaxError as broken:
            problems.append(f"{name}: {broken}")
            continue
        for message in messages:
            if not message.msgid:
                problems.append(f"{name}: an empty msgid would print the catalogue's header")
                continue
            known = found.setdefault(message.key, message)
            known.files |= message.files
            if message.plural and known.plural and message.plural != known.plural:
                problems.append(f"{name}: {message.msgid!r} has two plurals")
            known.plural = known.plural or message.plural
    return found, problems


def placeholders(text: str) -> set[str]:
    """Return what is put into the text when it is used: %(name)s, %s, {name}. A doubled % is none."""
    return {match[0] for match in _PLACEHOLDER.finditer(text) if match["type"] != "%"}


def placeholder_problem(entry: polib.POEntry) -> str | None:
    """Return how a translation would break or lose what is put in, or None.

    Indonesian has one form, so a plural's translation carries what either English form carries.
    """
    translation = _translation(entry)
    if not translation:
        return None
    put_in = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    if placeholders(translation) != put_in:
        return f"{entry.msgid!r}: {sorted(put_in)} must stand in {translation!r}"
    if entry.msgid.startswith("\n") != translation.startswith("\n") or entry.msgid.endswith("\n") != (
        translation.endswith("\n")
    ):
        return f"{entry.msgid!r}: the translation must begin and end with the same line breaks"
    return None


def _translation(entry: polib.POEntry) -> str:
    return (entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr) or ""


def _set(entry: polib.POEntry, plural: str, translation: str) -> None:
    """Give the entry its forms. Indonesian has one, so a plural's translation is the singular's too."""
    entry.msgid_plural = plural
    entry.msgstr = "" if plural else translation
    entry.msgstr_plural = {0: translation} if plural else {}


def read_catalogue(path: Path) -> polib.POFile:
    """Return the catalogue at `path`, or an empty one."""
    catalogue = polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)
    catalogue.metadata = dict(_HEADER)
    return catalogue


def write_catalogue(catalogue: polib.POFile, path: Path) -> None:
    """Write the catalogue in a fixed order and what it compiles to beside it, each in one step."""
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    for entry in catalogue:
        is_format = any(found.startswith("%") for found in placeholders(entry.msgid + entry.msgid_plural))
        entry.flags = [flag for flag in entry.flags if flag != "python-format"] + ["python-format"] * is_format
    path.parent.mkdir(parents=True, exist_ok=True)
    for target, content in (
        (path, f"{catalogue}".rstrip("\n").encode() + b"\n"),
        (path.with_suffix(".mo"), catalogue.to_binary()),
    ):
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        fresh.write_bytes(content)
        fresh.replace(target)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the catalogue's folder, so that of several writers each reads what the last one wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _by_key(catalogue: Iterable[polib.POEntry]) -> dict[Key, polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in catalogue}


def extract(root: Path = ROOT, *, prune: bool = False) -> list[str]:
    """Merge every msgid of the sources into the catalogue; return problems of the sources.

    What the sources no longer use stays, with its translation, until `prune`.
    """
    with locked(root / CATALOGUE):
        used, problems = used_messages(root)
        catalogue = read_catalogue(root / CATALOGUE)
        _merge(catalogue, used)
        if prune:
            for key, entry in _by_key(catalogue).items():
                if key not in used:
                    catalogue.remove(entry)
        write_catalogue(catalogue, root / CATALOGUE)
    return problems


def _merge(catalogue: polib.POFile, used: dict[Key, Message]) -> None:
    known = _by_key(catalogue)
    for key, entry in known.items():
        entry.occurrences = [(name, "") for name in sorted(used[key].files)] if key in used else []
    for key, message in used.items():
        entry = known.get(key)
        if entry is None:
            entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context)
            entry.occurrences = [(name, "") for name in sorted(message.files)]
            catalogue.append(entry)
        _set(entry, message.plural or entry.msgid_plural, _translation(entry))


def translate(translations: dict[str, object], root: Path = ROOT) -> int:
    """Put translations into the catalogue and compile it; return how many. Refuses all if one would break."""
    wanted = [_entry(msgid, value) for msgid, value in translations.items()]
    wrong = [problem for entry in wanted if (problem := placeholder_problem(entry))]
    if wrong:
        raise BadMessage("\n".join(wrong))
    with locked(root / CATALOGUE):
        used, _ = used_messages(root)
        catalogue = read_catalogue(root / CATALOGUE)
        known = _by_key(catalogue)
        for entry in wanted:
            old = known.get((entry.msgctxt, entry.msgid))
            if old is None:
                catalogue.append(entry)
            else:
                _set(old, entry.msgid_plural or old.msgid_plural, _translation(entry))
                old.flags = [flag for flag in old.flags if flag != "fuzzy"]
        _merge(catalogue, used)
        write_catalogue(catalogue, root / CATALOGUE)
    return len(wanted)


def _entry(msgid: str, value: object) -> polib.POEntry:
    """Return the entry that one item of a JSON file says."""
    if isinstance(value, str):
        value = {"id": value}
    if (
        not msgid
        or not isinstance(value, dict)
        or not set(value) <= {"id", "plural", "context"}
        or not all(isinstance(part, str) and part for part in value.values())
        or "id" not in value
    ):
        raise BadMessage(f'{msgid!r}: a translation is a text, or {{"plural", "context", "id"}}, none of them empty')
    entry = polib.POEntry(msgid=msgid, msgctxt=value.get("context"))
    _set(entry, value.get("plural", ""), value["id"])
    return entry


def check(root: Path = ROOT) -> list[str]:
    """Return everything that keeps the catalogue from being whole, one line each."""
    path = root / CATALOGUE
    used, problems = used_messages(root)
    catalogue = read_catalogue(path)
    known = _by_key(catalogue)
    for key, message in sorted(used.items(), key=lambda item: item[1].msgid):
        entry = known.get(key)
        where = ", ".join(sorted(message.files))
        if entry is None or not _translation(entry):
            problems.append(f"untranslated: {message.msgid!r} ({where})")
        elif entry.msgid_plural != message.plural:
            problems.append(f"other plural in the sources: {message.msgid!r} ({where})")
    for key, entry in known.items():
        if key not in used:
            problems.append(f"unused: {entry.msgid!r}")
        if entry.fuzzy:
            problems.append(f"fuzzy: {entry.msgid!r}")
        if problem := placeholder_problem(entry):
            problems.append(f"placeholders: {problem}")
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        problems.append("stale: django.mo is not what django.po compiles to")
    return problems


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract").add_argument("--prune", action="store_true", help="drop what no source uses")
    commands.add_parser("translate").add_argument("file", type=Path)
    commands.add_parser("check")
    options = parser.parse_args(arguments)
    problems: list[str] = []
    if options.command == "extract":
        problems = extract(root, prune=options.prune)
    elif options.command == "translate":
        try:
            print(f"{translate(json.loads(options.file.read_text(encoding='utf-8')), root)} translations merged")
        except BadMessage as refused:
            problems = [str(refused)]
    else:
        problems = check(root)
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
