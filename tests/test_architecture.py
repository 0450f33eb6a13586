"""The house as it was meant: foreign keys point down, services are keyword-only, money is whole, the clock is one."""

import ast
import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
STACK = ["reports", "compliance", "meetings", "loans", "savings", "groups", "ledger", "users"]
SOURCES = [path for app in STACK for path in sorted((ROOT / app).rglob("*.py"))]
OUR_MODELS = [model for model in apps.get_models() if model._meta.app_label in STACK]


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_the_stack(model):
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey) and field.related_model._meta.app_label in STACK:
            own, other = STACK.index(model._meta.app_label), STACK.index(field.related_model._meta.app_label)
            assert own <= other, f"{model._meta.label}.{field.name} points up to {field.related_model._meta.label}"


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_money_is_whole_rupiah_and_never_a_float(model):
    for field in model._meta.get_fields():
        assert not isinstance(field, models.FloatField), f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("app", ["groups", "savings", "loans", "meetings", "compliance", "ledger", "users"])
def test_writing_services_are_told_everything_by_name(app):
    services = import_module(f"{app}.services")
    inner = [
        import_module(f"{services.__name__}.{one.name}") for one in iter_modules(getattr(services, "__path__", []))
    ]
    public = {
        function
        for module in (services, *inner)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == module.__name__ and _writes(function)
    }
    for function in public:
        kinds = {parameter.kind for parameter in _parameters(function).values()}
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}, function.__qualname__
    assert public or app == "compliance"


def _writes(function):
    """Services say by whom; those of people, who act for themselves, are told more than one thing."""
    told = _parameters(function)
    return "by" in told or (function.__module__ == "users.services" and len(told) > 1)


def _parameters(function):
    return inspect.signature(function).parameters


def test_only_the_clock_reads_the_clock():
    readers = []
    for path in SOURCES:
        place = path.relative_to(ROOT)
        if place.as_posix() == "groups/clock.py" or "migrations" in place.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow"):
                owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
                if owner in ("datetime", "date", "timezone"):
                    readers.append(f"{place}:{node.lineno}")
    assert readers == []


def test_every_day_that_is_typed_is_read_by_the_one_field_for_it():
    plain = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            made = node.func if isinstance(node, ast.Call) else None
            if isinstance(made, ast.Attribute) and made.attr in ("DateField", "DateTimeField"):
                owner = made.value.id if isinstance(made.value, ast.Name) else ""
                if owner == "forms":
                    plain.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert plain == []


def test_templates_hold_no_inline_script_or_style():
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text()
        assert "style=" not in text, path
        assert "<style" not in text, path
        assert " onclick=" not in text, path
        assert "<script>" not in text, path
        assert "|safe" not in text, path


def test_the_top_level_is_the_one_on_the_card():
    wanted = {"manage.py", "ksm_project", "groups", "savings", "loans", "meetings", "templates", "static", "tests"}
    assert wanted | {"pyproject.toml", "README.md"} <= {path.name for path in ROOT.iterdir()}


def test_files_name_no_package_host():
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "Makefile"):
        assert "://" not in (ROOT / name).read_text().replace("http://127.0.0.1", ""), name
