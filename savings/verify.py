"""What only savings know of the books: a decision on a year is what was sealed with it, and what its entries say."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from ledger import chart, verify
from ledger.kinds import SHARE_OUT, YEAR_END
from ledger.sealed import number, read, words
from ledger.verify import Books, Problem


@verify.register
def check_years(books: Books) -> Iterator[Problem]:
    """Every decision on a year, with its shares, is what was sealed, and was taken back when and as that was sealed."""
    rows = verify.stream(
        """
        SELECT s.book_id, y.id, s.first_number, s.content, y.year, y."on", y.rule, y.step, y.pay, y.decision,
               g.book_id = s.book_id
                   AND (y.decided_by_id, y.decided_at) IS NOT DISTINCT FROM (s.posted_by_id, s.posted_at)
                   AND y.surplus = (SELECT coalesce(-sum(p.amount), 0)
                                      FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
                                      JOIN ledger_account a ON a.id = p.account_id
                                     WHERE e.submission_id = s.id AND e.kind = %(closing)s AND a.code = %(retained)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM savings_yearendshare h JOIN groups_member m ON m.id = h.member_id
                         LEFT JOIN ledger_entry e ON e.id = h.entry_id
                        WHERE h.year_end_id = y.id
                          AND (m.group_id <> g.id
                               OR (e.id IS NOT NULL AND (e.submission_id, e.kind) <> (s.id, %(share)s))
                               OR (e.id IS NOT NULL AND NOT EXISTS (
                                   SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                                    WHERE p.entry_id = e.id AND a.code = ANY(%(to_members)s)))
                               OR EXISTS (SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                                           WHERE p.entry_id = e.id AND a.member_no NOT IN (0, m.no))))
                   AND NOT EXISTS (
                       SELECT 1 FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
                         JOIN ledger_account a ON a.id = p.account_id AND a.code = ANY(%(to_members)s)
                        WHERE e.submission_id = s.id AND e.kind = %(share)s
                          AND NOT EXISTS (SELECT 1 FROM savings_yearendshare h
                                           WHERE h.year_end_id = y.id AND h.entry_id = e.id)),
               CASE WHEN t.id IS NOT NULL THEN coalesce(t.book_id = s.book_id AND y.taken_back_on = (
                   SELECT min(e."on") FROM ledger_entry e WHERE e.submission_id = t.id), false) END,
               t.content, y.taken_back_reason
          FROM savings_yearend y JOIN groups_group g ON g.id = y.group_id
          JOIN ledger_submission s ON s.id = y.submission_id
          LEFT JOIN ledger_submission t ON t.id = y.taken_back_id
         WHERE %(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[])
         ORDER BY s.book_id, y.id
        """,
        books,
        closing=YEAR_END,
        share=SHARE_OUT,
        retained=chart.RETAINED_SURPLUS,
        to_members=[chart.CASH, chart.VOLUNTARY_SAVINGS],
    )
    for book, row, entry, content, year, on, rule, step, pay, decision, in_place, back, undoing, reason in rows:
        said = year, on.isoformat(), rule, step, pay, decision
        if not in_place or (content and read(content, _decision) != said):
            sentence = _("The decision on the year is not what was sealed, or not what its entries say.")
            yield Problem(book, "savings_yearend", row, sentence, entry)
        elif back is not None and not (back and (not undoing or read(undoing, _taken_back) == (year, entry, reason))):
            sentence = _("Whether the decision on the year was taken back, when and why, is not what was sealed.")
            yield Problem(book, "savings_yearend", row, sentence, entry)


@verify.register
def check_year_shares(books: Books) -> Iterator[Problem]:
    """Whose a share is, which entry it is, and what she was measured by, is what was sealed; at first nothing was."""
    rows = verify.stream(
        """
        SELECT s.book_id, y.id, s.first_number, s.content,
               (SELECT coalesce(json_agg(json_build_array(h.id, CASE WHEN m.group_id = y.group_id THEN m.no END,
                                                          e.number, h.business, h.savings) ORDER BY h.id), '[]')::text
                  FROM savings_yearendshare h JOIN groups_member m ON m.id = h.member_id
                  LEFT JOIN ledger_entry e ON e.id = h.entry_id WHERE h.year_end_id = y.id)
          FROM savings_yearend y JOIN ledger_submission s ON s.id = y.submission_id
         WHERE %(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[])
         ORDER BY s.book_id, y.id
        """,
        books,
    )
    for book, year, first, content, shares in rows:
        sealed = read(content, lambda told: [tuple(map(number, share)) for share in told["shares"]])
        if sealed is None:
            continue
        told, paid = dict[int, tuple[int | None, int, int]](), first or 0
        for no, amount, business, savings in sealed:
            paid += bool(amount)  # after the entry that closes the year, an entry for each share that is anything
            told[no] = (paid if amount else None, business, savings)
        rest = json.loads(shares)
        for row, no, *said in rest:
            if told.get(no) != tuple(said):
                text = _("Whose share of the surplus it is, or by what it was measured, is not what was sealed.")
                yield Problem(book, "savings_yearendshare", row, text, said[0])
        if len(rest) < len(told):
            yield Problem(book, "savings_yearend", year, _("A share of the surplus has lost its row."), first)


def _decision(told: Any) -> tuple[int, str, str, int, str, str]:
    return (
        number(told["year_end"]),
        told["on"],
        told["rule"],
        number(told["step"]),
        told["pay"],
        words(told["decision"])[:300],
    )


def _taken_back(told: Any) -> tuple[int, int, str]:
    return number(told["decided_year_back"]), number(told["of"]), words(told["reason"]).strip()[:200]


@verify.register
def check_lost_years(books: Books) -> Iterator[Problem]:
    """Every decision on a year that was sealed has its row, and so has every one taken back."""
    rows = verify.stream(
        """
        SELECT s.book_id, s.id, s.first_number, s.content
          FROM ledger_submission s JOIN groups_group g ON g.book_id = s.book_id
         WHERE (content LIKE '%%"year_end":%%' OR content LIKE '{"decided_year_back":%%')
           AND (%(books)s::bigint[] IS NULL OR s.book_id = ANY(%(books)s::bigint[]))
           AND NOT EXISTS (SELECT 1 FROM savings_yearend y WHERE s.id IN (y.submission_id, y.taken_back_id))
         ORDER BY s.book_id, s.id
        """,
        books,
    )
    for book, submission, entry, content in rows:
        if read(content, lambda told: number(told.get("year_end") or told["decided_year_back"])) is not None:
            yield Problem(book, "ledger_submission", submission, _("A decision on a year has lost its row."), entry)
