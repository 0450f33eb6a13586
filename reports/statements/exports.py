"""A statement as sheets of a workbook: a sheet per table, amounts as numbers, below whose they are and how sealed."""

from django.utils.translation import gettext as _

from groups.xlsx import Line, Sheet, Value
from reports.statements.heads import StatementHead
from reports.statements.shape import Row, Statement, Table

ROLES = {"sum": "sum", "final": "final", "part": "head", "carried": "plain", "line": "plain"}


def sheets(statement: Statement, head: StatementHead) -> list[Sheet]:
    """Return one sheet per table; the columns of its header row are those of the screen."""
    return [_sheet(statement, table, head) for table in statement.tables]


def _sheet(statement: Statement, table: Table, head: StatementHead) -> Sheet:
    title = " · ".join(filter(None, [statement.title, statement.subject, table.title]))
    seal = f"{head.numbers}, {_('fingerprint')} {head.digest[:8]}" if head.digest else head.numbers
    above = [
        Line([head.name], "head"),
        Line([title], "head"),
        Line([head.period]),
        Line([_("printed %(at)s") % {"at": head.printed}, *[None] * 2, seal]),
        Line([]),
        Line([*(column.label for column in table.columns), _("Details"), _("Remark")], "head"),
    ]
    return Sheet(table.title or statement.title, [*above, *map(_line, table.rows)], frozen=len(above))


def _line(row: Row) -> Line:
    more: list[Value] = [row.detail or None, row.mark or None]
    return Line([*row.cells, *more], ROLES[row.role])
