"""Everything a person reads has its Indonesian words, and the tool that keeps the catalogue loses none."""

import importlib.util
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polib
import pytest
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent

_spec = importlib.util.spec_from_file_location("messages", ROOT / "locale" / "messages.py")
messages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(messages)


# The project's own catalogue


def test_every_text_of_the_sources_is_in_indonesian_and_nothing_else_is():
    problems = messages.check()
    assert problems == [], "run: python locale/messages.py check"


def test_django_answers_with_the_catalogue():
    catalogue = polib.pofile(str(ROOT / messages.CATALOGUE))
    answered = 0
    with translation.override("id"):
        for entry in catalogue.translated_entries():
            if entry.msgctxt:
                said = translation.pgettext(entry.msgctxt, entry.msgid)
            elif entry.msgid_plural:
                said = translation.ngettext(entry.msgid, entry.msgid_plural, 2)
                assert said == translation.ngettext(entry.msgid, entry.msgid_plural, 1)
            else:
                said = translation.gettext(entry.msgid)
            assert said == (entry.msgstr or entry.msgstr_plural[0])
            answered += 1
    assert answered > 100


def test_english_needs_no_catalogue():
    assert translation.check_for_language("en")
    assert translation.get_supported_language_variant("en") == "en"
    with translation.override("en"):
        assert translation.gettext("treasurer") == "treasurer"
    with translation.override("id"):
        assert translation.gettext("treasurer") == "bendahara"


def test_the_field_s_words_are_used():
    said = " ".join(
        f" {entry.msgstr} {entry.msgstr_plural.get(0, '')} ".lower()
        for entry in polib.pofile(str(ROOT / messages.CATALOGUE))
    )
    assert " bunga " not in said
    assert "gagal" not in said


# The tool, on a small project


@pytest.fixture
def project(tmp_path):
    (tmp_path / "loans" / "templates" / "loans").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "loans" / "models.py").write_text(
        "from django.utils import translation\n"
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext as p\n"
        "a = _('Save ' 'it')\n"
        "b = ngettext('%(n)s week', '%(n)s weeks', n) % {'n': n}\n"
        "c = p('month name', 'May')\n"
        "d = translation.gettext('At the edge')\n"
        "e = _(choice), other('not a text'), a.b.gettext('nor this'), p('one alone')\n"
    )
    (tmp_path / "loans" / "templates" / "loans" / "card.html").write_text(
        """{% translate "Card" %} {% translate 'May' context "permission" as may %} {{ x|default:_("no one") }}
        {% include "x.html" with label=_("Label") %} {% comment %}{% translate "hidden" %}{% endcomment %} _("plain")
        {% blocktranslate trimmed count n=weeks with who=name %}
            {{ who }} has {{ n }} week, 100%
        {% plural %}
            {{ who }} has {{ n }} weeks, 100%
        {% endblocktranslate %}"""
    )
    (tmp_path / "tests" / "test_it.py").write_text("_('never shown')")
    (tmp_path / "loans" / "note.txt").write_text("{% translate 'not a template' %}")
    return tmp_path


def catalogue_of(project):
    return {(e.msgctxt, e.msgid): e for e in polib.pofile(str(project / messages.CATALOGUE))}


def test_extract_finds_contexts_plurals_and_templates(project):
    assert messages.extract(project) == []
    found = {key: entry.msgid_plural for key, entry in catalogue_of(project).items()}
    assert found == {
        (None, "Save it"): "",
        (None, "%(n)s week"): "%(n)s weeks",
        ("month name", "May"): "",
        (None, "At the edge"): "",
        (None, "Card"): "",
        ("permission", "May"): "",
        (None, "no one"): "",
        (None, "Label"): "",
        (None, "%(who)s has %(n)s week, 100%%"): "%(who)s has %(n)s weeks, 100%%",
    }


def test_extract_keeps_translations_and_drops_only_when_told(project):
    messages.translate({"Card": "Kartu", "Of yesterday": "Kemarin"}, project)
    messages.extract(project)
    assert catalogue_of(project)[None, "Card"].msgstr == "Kartu"
    assert catalogue_of(project)[None, "Card"].occurrences == [("loans/templates/loans/card.html", "")]
    assert catalogue_of(project)[None, "Of yesterday"].msgstr == "Kemarin"
    messages.extract(project, prune=True)
    assert (None, "Of yesterday") not in catalogue_of(project)
    assert catalogue_of(project)[None, "Card"].msgstr == "Kartu"


def test_a_translation_given_before_its_plural_is_known_serves_the_plural(project):
    messages.translate({"%(n)s week": "%(n)s pekan"}, project)
    entry = catalogue_of(project)[None, "%(n)s week"]
    assert (entry.msgid_plural, entry.msgstr_plural) == ("%(n)s weeks", {0: "%(n)s pekan"})
    assert "python-format" in entry.flags


WHOLE = {
    "Save it": "Simpan",
    "%(n)s week": {"plural": "%(n)s weeks", "id": "%(n)s pekan"},
    "At the edge": "Di tepi",
    "Card": "Kartu",
    "no one": "tidak ada",
    "Label": "Label",
    "%(who)s has %(n)s week, 100%%": {
        "plural": "%(who)s has %(n)s weeks, 100%%",
        "id": "%(who)s punya %(n)s pekan, 100%%",
    },
}


def test_check_is_silent_only_when_all_is_translated_and_compiled(project, tmp_path):
    messages.extract(project)
    assert "untranslated: 'Card' (loans/templates/loans/card.html)" in messages.check(project)
    messages.translate(WHOLE, project)
    messages.translate({"May": {"context": "month name", "id": "Mei"}}, project)
    assert messages.check(project) == ["untranslated: 'May' (loans/templates/loans/card.html)"]
    messages.translate({"May": {"context": "permission", "id": "Boleh"}}, project)
    assert messages.check(project) == []

    compiled = project / messages.CATALOGUE.with_suffix(".mo")
    assert {e.msgid_with_context: e.msgstr for e in polib.mofile(str(compiled))}["month name\x04May"] == "Mei"
    text = (project / messages.CATALOGUE).read_text()
    (project / messages.CATALOGUE).write_text(text.replace('"Kartu"', '"Kartu anggota"'))
    assert messages.check(project) == ["stale: django.mo is not what django.po compiles to"]
    compiled.unlink()
    assert messages.check(project) == ["stale: django.mo is not what django.po compiles to"]


def test_check_names_unused_fuzzy_and_other_plurals(project):
    messages.translate({**WHOLE, "Of yesterday": "Kemarin"}, project)
    for context, said in (("month name", "Mei"), ("permission", "Boleh")):
        messages.translate({"May": {"context": context, "id": said}}, project)
    text = (project / messages.CATALOGUE).read_text()
    text = text.replace('msgid "Card"', '#, fuzzy\nmsgid "Card"').replace(
        '%(n)s weeks"\nmsgstr[0]', '%(n)s w"\nmsgstr[0]'
    )
    text = text.replace('"%(n)s pekan"', '"pekan"')
    (project / messages.CATALOGUE).write_text(text)
    found = messages.check(project)
    assert "unused: 'Of yesterday'" in found
    assert "fuzzy: 'Card'" in found
    assert "other plural in the sources: '%(n)s week' (loans/models.py)" in found
    assert "placeholders: '%(n)s week': ['%(n)s'] must stand in 'pekan'" in found
    messages.translate({"Card": "Kartu"}, project)
    assert "fuzzy: 'Card'" not in messages.check(project)


@pytest.mark.parametrize(
    ("translations", "reason"),
    [
        ({"%(n)s week": "pekan"}, "must stand in"),
        ({"%(n)s week": "%(m)s pekan"}, "must stand in"),
        ({"{name} left": "{nama} pergi"}, "must stand in"),
        ({"\nlines\n": "baris"}, "line breaks"),
        ({"Card": ""}, "none of them empty"),
        ({"": "Kartu"}, "none of them empty"),
        ({"Card": {"plural": "Cards"}}, "none of them empty"),
        ({"Card": {"id": "Kartu", "en": "Card"}}, "none of them empty"),
        ({"Card": 5}, "none of them empty"),
    ],
)
def test_a_translation_that_would_break_is_refused_with_all_its_file(project, translations, reason, tmp_path, capsys):
    file = tmp_path / "given.json"
    file.write_text(json.dumps({"At the edge": "Di tepi", **translations}))
    assert messages.main(["translate", str(file)], project) == 1
    assert reason in capsys.readouterr().out
    assert not (project / messages.CATALOGUE).exists()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("_(f'{n} weeks')", "loans/forms.py:2: a msgid is a plain string"),
        ("_('%s weeks' % n)", "loans/forms.py:2: a msgid is a plain string"),
        ("_('')", "an empty msgid"),
        ("_('a'", "loans/forms.py: '('"),
    ],
)
def test_a_text_no_catalogue_can_hold_is_named(project, source, reason):
    (project / "loans" / "forms.py").write_text(f"from django.utils.translation import gettext as _\n{source}\n")
    assert any(reason in problem for problem in messages.check(project))
    assert any(reason in problem for problem in messages.extract(project))


def test_one_msgid_has_one_plural(project):
    (project / "loans" / "forms.py").write_text(
        "from django.utils.translation import ngettext_lazy\nngettext_lazy('%(n)s week', '%(n)s Weeks', n)\n"
    )
    assert "loans/models.py: '%(n)s week' has two plurals" in messages.extract(project)


def test_several_people_translate_at_once_and_nothing_is_lost(project):
    given = [{f"Text {n}": f"Teks {n}"} for n in range(12)]
    with ThreadPoolExecutor(12) as people:
        assert list(people.map(lambda one: messages.translate(one, project), given)) == [1] * 12
    known = catalogue_of(project)
    assert [known[None, f"Text {n}"].msgstr for n in range(12)] == [f"Teks {n}" for n in range(12)]


def test_the_commands_answer_with_an_exit_code(project, tmp_path, capsys):
    file = tmp_path / "given.json"
    file.write_text(json.dumps(WHOLE))
    assert messages.main(["extract", "--prune"], project) == 0
    assert messages.main(["translate", str(file)], project) == 0
    assert capsys.readouterr().out == "7 translations merged\n"
    assert messages.main(["check"], project) == 1
    assert capsys.readouterr().out.count("untranslated: 'May'") == 2
