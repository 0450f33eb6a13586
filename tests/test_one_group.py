"""No row belongs to two groups, whoever writes it: every model says by which routes its rows come to theirs.

`ledger/belonging.py` holds the rule; here all models are walked, so that a new one cannot be forgotten, and every route
that any of them names is tried with a row of somebody else's, by plain SQL.
"""

import hashlib
import itertools
import re
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import isolate_apps

from groups.models import Appointment, Bkm, Group, Holiday, Member, Upk
from ledger.belonging import RoutesMeet, Stays
from ledger.models import Account, Book, Entry, Submission
from loans.models import Leaving, UpkPayment
from meetings.models import Attendance, CashDifference, Correction, Meeting
from savings.models import YearEnd
from tests.ledger.village import silenced, sql
from tests.test_architecture import OUR_MODELS

BODIES = (Group, Upk, Bkm, Book)
# Where it is said what belongs to what, and a week off: for one group or for all of a BKM, never both.
ELSEWHERE = {Group, Upk, Holiday}
ABOVE_THE_LEDGER = [one for one in OUR_MODELS if one._meta.app_label not in ("ledger", "users")]


def keys(model):
    """Foreign keys of a model to what may belong to a group."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model._meta.app_label != "users"
    ]


@cache
def bodies(model):
    """Whose a row is. Book only where no key says the body itself: what else a row has is held by its own routes."""
    if model in BODIES:
        return frozenset({model})
    found = {body for key in keys(model) if key.related_model is not model for body in bodies(key.related_model)}
    return frozenset(found - {Book} or found)


def guards(model, kind):
    return [one for one in model._meta.constraints if isinstance(one, kind)]


def heads(guard):
    """The first keys of its routes."""
    return [route.split("__")[0] for route in guard.routes]


def walk(model, route):
    """Yield model and key of each step."""
    for name in route.split("__"):
        field = model._meta.get_field(name)
        yield model, field
        model = field.related_model


def end_of(model, route):
    """A route's first key, and the first body it comes to."""
    steps = list(walk(model, route))
    return steps[0][1].name, next(key.related_model for _model, key in steps if key.related_model in BODIES)


def apart(model):
    """Ends of a model's keys which no route joins to the others, in words."""
    ends = {(key.name, body) for key in keys(model) for body in bodies(key.related_model)}
    joined = [{end_of(model, route) for route in guard.routes} for guard in guards(model, RoutesMeet)]
    # What leads to a group leads to one board, and a board has one UPK: what is joined to the one is to the other.
    of_one_row = [{end for end in ends if end[0] == key.name} for key in keys(model)]
    return _unjoined({end for end in ends if end[1] is Group}, joined) + _unjoined(ends, joined + of_one_row)


def _unjoined(ends, joined):
    left = sorted(ends, key=str)
    reached = set(left[:1])
    while more := {end for group in joined if group & reached for end in group} & ends - reached:
        reached |= more
    return [f"{name} → {body.__name__}" for name, body in left if (name, body) not in reached]


@pytest.mark.parametrize("model", [m for m in ABOVE_THE_LEDGER if m not in ELSEWHERE], ids=lambda m: m._meta.label)
def test_all_ways_from_a_row_to_a_group_are_held_together(model):
    assert apart(model) == [], f"{model._meta.label} needs a RoutesMeet in Meta.constraints: ledger/belonging.py"


@pytest.mark.parametrize("model", ABOVE_THE_LEDGER, ids=lambda m: m._meta.label)
def test_what_others_come_by_never_moves_and_is_never_missing(model):
    stays = {(one, name) for one in ABOVE_THE_LEDGER for guard in guards(one, Stays) for name in guard.fields}
    for guard in guards(model, RoutesMeet):
        for route in guard.routes:
            for passed, key in list(walk(model, route))[1:]:
                # Accounts, submissions and entries are kept by the ledger's guards, versions of rules by their own.
                own = passed._meta.app_label == "ledger" or passed._meta.label == "loans.LendingRules"
                assert own or (passed, key.name) in stays, f"{passed._meta.label} needs a Stays of {key.name}"
                assert not key.null, f"{guard.name}: {passed._meta.label}.{key.name}"
        assert len(guard.routes) == 2 or not model._meta.get_field(heads(guard)[0]).null, guard.name


@isolate_apps("meetings")
def test_a_model_that_forgets_a_route_is_named():
    class Speech(models.Model):
        entry = models.ForeignKey(Entry, models.CASCADE, related_name="+")
        meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
        speaker = models.ForeignKey(Member, models.CASCADE, related_name="+")

        class Meta:
            app_label = "meetings"
            constraints = [RoutesMeet(routes=("meeting__group__book", "entry__book"), name="speech")]

    assert apart(Speech) == ["speaker → Group", "speaker → Group"]
    Speech._meta.constraints = [RoutesMeet(routes=("meeting__group", "speaker__group"), name="speech")]
    assert apart(Speech) == ["meeting → Group", "speaker → Group"]
    Speech._meta.constraints += [RoutesMeet(routes=("speaker__group__book", "entry__book"), name="speech_book")]
    assert apart(Speech) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", [m for m in OUR_MODELS if m._meta.app_label == "ledger"], ids=lambda m: m.__name__)
def test_the_ledger_holds_its_own_by_composite_keys(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY(conkey))"
            " FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [model._meta.db_table],
        )
        held = {column for (columns,) in cursor.fetchall() if "book_id" in columns for column in columns}
    assert {key.column for key in keys(model)} <= held


# By plain SQL: what is one's own is taken, what is somebody else's refused.

AT = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
EMPTY = hashlib.sha256(b"").hexdigest()
numbers = itertools.count(1)
# What the tables' own checks ask for beyond the first value that a field takes.
FITTING = {
    Account: lambda n: {"code": "1210", "loan_no": n},
    Submission: lambda n: {"content": "", "content_hash": EMPTY},
    Entry: lambda n: {"memo_hash": EMPTY, "legs": 2},
    Leaving: lambda n: {"savings": 3},
    UpkPayment: lambda n: {"status": "received", "on": AT.date(), "amount": 2, "principal": 1, "charge": 1},
}
# Keys that may be null, of which a check asks for one.
WANTED = {
    Appointment: {"group"},
    CashDifference: {"meeting"},
    Correction: {"meeting"},
    UpkPayment: {"group_entry", "upk_entry"},
}
# What gives way to a key.
INSTEAD = {
    (CashDifference, "count"): {"meeting": None},
    (Appointment, "bkm"): {"group": None, "role": "upk"},
    (YearEnd, "taken_back"): {"taken_back_on": AT.date(), "taken_back_reason": "salah"},
}


@dataclass(frozen=True)
class Whose:
    """Whose a row is, by primary keys."""

    group: int
    group_book: int
    upk: int
    upk_book: int
    bkm: int


@dataclass(frozen=True)
class Village:
    own: Whose
    other_group: Whose  # of the same board
    other_upk: Whose  # with our group, though it is of another board
    other_bkm: Whose

    def others(self, model, route):
        """Who is somebody else to a row at the end of this route, and nowhere before."""
        head, body = end_of(model, route)
        if body is Bkm or route.endswith("__bkm"):
            return self.other_bkm
        return self.other_upk if body is Upk or (body is Book and of_upk(model, head)) else self.other_group


def of_upk(model, head):
    """Whether a key to an account or entry is to one in the book of a UPK."""
    joined = [guard for guard in guards(model, RoutesMeet) if head in heads(guard)]
    return any(end_of(model, route)[1] is Upk for guard in joined for route in guard.routes)


def make(model, whose, told):
    """Write a row that fits, on rows of somebody's, and return its primary key."""
    n = next(numbers)
    told = FITTING.get(model, lambda n: {})(n) | told
    row = {}
    for field in model._meta.concrete_fields:
        if field.name in told:
            row[field.name] = told[field.name]
        elif isinstance(field, models.ForeignKey):
            wanted = not field.null or field.name in WANTED.get(model, ())
            row[field.name] = target(model, field.name, whose) if wanted else None
        elif not field.primary_key:
            row[field.name] = _fitting(field, n)
    fields = [model._meta.get_field(name) for name in row]
    columns, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(row[field.name], connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) RETURNING id', values)
        return cursor.fetchone()[0]


def target(model, head, whose):
    """What a key of somebody's row points at: a body, or a new row of hers."""
    to = model._meta.get_field(head).related_model
    if to in (Group, Upk, Bkm):
        return getattr(whose, to.__name__.lower())
    book = {"book": whose.upk_book if of_upk(model, head) else whose.group_book}
    if to is Entry:
        book["submission"] = make(Submission, whose, book)
    return make(to, whose, book if to in (Account, Submission, Entry) else {})


def _fitting(field, n):
    if field.name in ("no", "number", "version", "year"):
        return n
    if field.null or (field.has_default() and not field.unique):
        return field.get_default()
    if isinstance(field, models.CharField | models.TextField):
        plain = field.choices[0][0] if field.choices else "" if field.blank else field.name[-8:]
        return f"n{n}" if field.unique else plain
    monday = date(2026, 1, 5) + timedelta(weeks=n)  # no two rows of the same week
    made = {models.UUIDField: uuid.uuid4(), models.DateTimeField: AT, models.DateField: monday}
    return made.get(type(field), 1)


@pytest.fixture
def village(db):
    with silenced():
        near, far = (make(Bkm, None, {}) for _ in range(2))
        upks = []
        for bkm in (near, far):
            book = make(Book, None, {"kind": "upk"})
            upks.append((make(Upk, None, {"bkm": bkm, "book": book}), book))
        groups = []
        for bkm in (near, near, far):
            book = make(Book, None, {"kind": "ksm"})
            groups.append((make(Group, None, {"bkm": bkm, "book": book}), book))
    return Village(
        own=Whose(*groups[0], *upks[0], near),
        other_group=Whose(*groups[1], *upks[0], near),
        other_upk=Whose(*groups[0], *upks[1], far),
        other_bkm=Whose(*groups[2], *upks[1], far),
    )


@contextmanager
def refused(*names):
    """The database refuses what happens inside, at once, by one of these guards; and nothing of it stays."""
    with pytest.raises(DatabaseError, match=r"^ledger: ") as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.pgcode == "23000"
    assert caught.value.__cause__.diag.constraint_name in names


HELD = [(model, guard) for model in ABOVE_THE_LEDGER for guard in guards(model, RoutesMeet)]
KEPT = [(model, guard) for model in ABOVE_THE_LEDGER for guard in guards(model, Stays)]


@pytest.mark.parametrize(("model", "guard"), HELD, ids=lambda one: getattr(one, "name", ""))
def test_what_is_somebody_elses_is_refused(village, model, guard):
    for route, head in zip(guard.routes, heads(guard), strict=True):
        beside = heads(guard)[1 if head == heads(guard)[0] else 0]
        names = {one.name for one in guards(model, RoutesMeet) if head in heads(one)}
        told = INSTEAD.get((model, head), {}) | INSTEAD.get((model, beside), {})
        with silenced():
            told |= {beside: target(model, beside, village.own)}
            own, again = (target(model, head, village.own) for _ in range(2))
            theirs = target(model, head, village.others(model, route))
        with refused(*names):
            make_on_own_rows(model, village, told | {head: theirs})
        row = make_on_own_rows(model, village, told | {head: own})
        update = f'UPDATE "{model._meta.db_table}" SET "{model._meta.get_field(head).column}" = %s WHERE id = %s'
        with transaction.atomic():
            with refused(*names, *(f"{stays.name}_update" for stays in guards(model, Stays))):
                sql(update, theirs, row)
            sql(update, again, row)
            transaction.set_rollback(True)
        with silenced():
            sql(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', row)


def make_on_own_rows(model, village, told):
    """Only the row itself is written with the triggers speaking."""
    with silenced():
        wanted = [key for key in keys(model) if not key.null or key.name in WANTED.get(model, ())]
        told = {key.name: target(model, key.name, village.own) for key in wanted if key.name not in told} | told
    return make(model, village.own, told)


@pytest.mark.parametrize(("model", "guard"), KEPT, ids=lambda one: getattr(one, "name", ""))
def test_what_others_come_by_is_neither_moved_nor_written_anew(village, model, guard):
    table = model._meta.db_table
    with silenced():
        row = getattr(village.own, model.__name__.lower(), None) or make(model, village.own, {})
    for name in guard.fields:
        far = getattr(village.other_bkm, f"{model.__name__.lower()}_book" if name == "book" else name)
        with pytest.raises(DatabaseError, match=r"^ledger|unique"), transaction.atomic():
            sql(f'UPDATE "{table}" SET "{name}_id" = %s WHERE id = %s', far, row)
        sql(f'UPDATE "{table}" SET "{name}_id" = "{name}_id" WHERE id = %s', row)
    for statement in (f'UPDATE "{table}" SET id = id + 1000000 WHERE id = %s', f'DELETE FROM "{table}" WHERE id = %s'):
        with pytest.raises(DatabaseError, match="stays where it is"), transaction.atomic():
            sql(statement, row)


def test_one_stray_among_many_is_named_and_the_whole_statement_refused(village):
    with silenced():
        meeting, hers, stray = (make(Meeting, village.own, {}), *members(village))
    attend = "INSERT INTO meetings_attendance (meeting_id, member_id, status) SELECT %s, unnest(%s), 'H' RETURNING id"
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(attend, meeting, [hers, stray])
    assert not Attendance.objects.exists()
    assert re.match(
        r"ledger: meetings_attendance \d+ does not stay in one group: meeting__group, member__group", str(caught.value)
    )
    sql(attend, meeting, [hers])


def test_a_row_does_not_come_before_what_it_points_at(village):
    """Foreign keys are looked at when the transaction ends: by then a member of another group might be there."""
    with silenced():
        meeting, stray = make(Meeting, village.own, {}), members(village)[1]
    for meeting_id, member in ((meeting, stray + 1), (meeting + 1, stray), (meeting + 1, stray + 1)):
        with refused("meetings_attendance_one_group"):
            sql(
                "INSERT INTO meetings_attendance (meeting_id, member_id, status) VALUES (%s, %s, 'H')",
                meeting_id,
                member,
            )


def members(village):
    return make(Member, village.own, {}), make(Member, village.other_group, {})


@isolate_apps("meetings")
def test_a_guard_comes_with_its_table_and_goes_again_and_holds_what_was_there_before(village):
    class Speech(models.Model):
        meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
        speaker = models.ForeignKey(Member, models.CASCADE, related_name="+")

        class Meta:
            app_label = "meetings"
            constraints = [
                RoutesMeet(routes=("meeting__group", "speaker__group"), name="speech_one_group"),
                Stays(fields=("meeting",), name="speech_stays"),
            ]

    one_group, stays = Speech._meta.constraints
    with connection.schema_editor() as editor:
        editor.create_model(Speech)
    with silenced():
        meeting, (hers, stray) = make(Meeting, village.own, {}), members(village)
    with refused("speech_one_group"):
        Speech.objects.create(meeting_id=meeting, speaker_id=stray)
    speech = Speech(meeting_id=meeting, speaker_id=hers)
    speech.validate_constraints()
    speech.save()
    with refused("speech_stays_delete"):
        sql("DELETE FROM meetings_speech")

    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Speech, one_group)
        editor.remove_constraint(Speech, stays)
    Speech.objects.update(speaker_id=stray)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("speech_one_group"), connection.schema_editor() as editor:
        editor.add_constraint(Speech, one_group)
    sql("DELETE FROM meetings_speech")
    with connection.schema_editor() as editor:
        editor.add_constraint(Speech, one_group)


def test_guards_are_told_apart_by_what_they_hold():
    one, other = (RoutesMeet(routes=(a, "member__group"), name="guard") for a in ("group", "meeting__group"))
    assert one == one.clone()
    assert one != other
    assert one != Stays(fields=("group",), name="guard")
    assert one != "guard"
