-- What the five rules need of a group, each kind of thing already added up. Every posted sheet passes here, so these
-- are functions: their plans are made once per connection, not anew each time. Those of one kind are plain SQL without
-- settings of their own, so that they become part of the plan of `compliance_weeks`, which fixes the search path for
-- them. This file can be run again as it stands.

-- A group by its book: its master data, the policies it is judged by, and its stored weeks before `since_day`: the last
-- one, those before it, in brief where they are kept so unless `whole` is asked for, and the totals up to the last. With
-- `hold` the book is held first, until the transaction ends: what is read is what the last writer left.
DROP FUNCTION IF EXISTS compliance_setting(bigint, date, boolean);
CREATE OR REPLACE FUNCTION compliance_setting(of_book bigint, since_day date, hold boolean, whole boolean)
  RETURNS TABLE (group_id bigint, book_id bigint, start_on date, end_on date, timezone text, members text,
                 holidays text, terms text, policies text, asked_on date, imported_through date, before text,
                 past text, totals text)
  LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF hold THEN
    PERFORM 1 FROM ledger_book WHERE id = of_book FOR NO KEY UPDATE;
  END IF;
  RETURN QUERY
  SELECT g.id, g.book_id, g.start_on, g.end_on, g.timezone::text,
    (SELECT json_agg(json_build_array(m.no, m.joined_on, m.left_on) ORDER BY m.no)
       FROM groups_member m WHERE m.group_id = g.id)::text,
    (SELECT json_agg(DISTINCT h.week_start) FROM groups_holiday h
      WHERE (h.group_id = g.id OR h.bkm_id = g.bkm_id) AND h.declared_on < h.week_start)::text,
    (SELECT json_agg(json_build_array(t.from_on, t.weekly) ORDER BY t.from_on)
       FROM savings_savingsterms t WHERE t.group_id = g.id)::text,
    (SELECT json_agg(row_to_json(p) ORDER BY p.bkm_id IS NULL DESC, p.from_on)
       FROM compliance_policy p WHERE p.bkm_id IS NULL OR p.bkm_id = g.bkm_id)::text,
    LEAST((SELECT min(r.requested_on) FROM loans_loanrequest r WHERE r.group_id = g.id),
          (SELECT min(l.requested_on) FROM loans_loan l WHERE l.group_id = g.id AND l.upk_loan_id IS NULL)),
    (SELECT max(m."on") FROM meetings_meeting m WHERE m.group_id = g.id AND m.imported AND m."on" >= since_day),
    latest.facts::text,
    (SELECT json_agg(CASE WHEN whole OR w.brief IS NULL THEN w.facts ELSE w.brief END ORDER BY w.week_start) FROM (
       SELECT gw.week_start, gw.facts, gw.brief FROM compliance_groupweek gw
        WHERE gw.group_id = g.id AND gw.week_start < latest.week_start AND gw.facts IS NOT NULL
        ORDER BY gw.week_start DESC
        LIMIT reach.weeks - 1 + (SELECT count(*) FROM groups_holiday h
          WHERE (h.group_id = g.id OR h.bkm_id = g.bkm_id) AND h.declared_on < h.week_start
            AND h.week_start < since_day AND h.week_start >= since_day - 7 * (2 * reach.weeks + 52))
     ) w)::text,
    ((latest.at_close -> 'trend') || (latest.at_close -> 'total'))::text
  FROM groups_group g
  LEFT JOIN LATERAL (
    SELECT gw.week_start, gw.facts, gw.at_close FROM compliance_groupweek gw
     WHERE gw.group_id = g.id AND gw.week_start < since_day AND gw.facts IS NOT NULL
     ORDER BY gw.week_start DESC LIMIT 1
  ) latest ON true
  CROSS JOIN LATERAL (
    SELECT greatest(12, max(p.weeks))::int AS weeks
      FROM compliance_policy p WHERE p.bkm_id IS NULL OR p.bkm_id = g.bkm_id
  ) reach
  WHERE g.book_id = of_book;
END $$;

-- Meetings from a day to a day with who came of those who were members that day, and what their sheets hold.
CREATE OR REPLACE FUNCTION compliance_meetings(of_group bigint, since_day date, through_day date, in_zone text)
  RETURNS TABLE (held_on date, present bigint, excused bigint, sick bigint, delay int, counted boolean,
                 explained boolean, minuted boolean, imported boolean)
  LANGUAGE sql STABLE AS $$
  SELECT m."on",
         count(*) FILTER (WHERE a.status = 'H'), count(*) FILTER (WHERE a.status = 'I'),
         count(*) FILTER (WHERE a.status = 'S'),
         (m.posted_at AT TIME ZONE in_zone)::date - m."on", m.cash_counted IS NOT NULL,
         m.cash_counted IS NOT DISTINCT FROM m.cash_expected OR coalesce(d.reason, '') ~ '\S',
         m.agenda ~ '\S' AND m.decisions ~ '\S', m.imported
    FROM meetings_meeting m
    LEFT JOIN meetings_cashdifference d ON d.meeting_id = m.id
    LEFT JOIN (meetings_attendance a JOIN groups_member g ON g.id = a.member_id)
      ON a.meeting_id = m.id AND g.group_id = of_group
     AND g.joined_on <= m."on" AND (g.left_on IS NULL OR m."on" < g.left_on)
   WHERE m.group_id = of_group AND m."on" BETWEEN since_day AND through_day
   GROUP BY m.id, d.id ORDER BY m."on"
$$;

-- Schedules of internal loans with what their steps closed or forgave. Members' shares of a UPK loan are no internal
-- lending: rules 4 and 5 leave them out.
CREATE OR REPLACE FUNCTION compliance_loans(of_group bigint, numbers int[])
  RETURNS TABLE (loan_no int, member_no int, prior bigint, due_on date[], amounts bigint[], closed_on date, waivers text)
  LANGUAGE sql STABLE AS $$
  SELECT l.no, m.no, l.prior_principal + l.prior_charge, plan.due_on, plan.amounts,
         (SELECT s."on" FROM loans_loanstep s WHERE s.loan_id = l.id AND s.closes AND s.undone_at IS NULL),
         (SELECT json_agg(json_build_array(s."on", s.forgiven) ORDER BY s."on", s.no) FROM loans_loanstep s
           WHERE s.loan_id = l.id AND s.kind = 'waiver' AND s.undone_at IS NULL)::text
    FROM loans_loan l JOIN groups_member m ON m.id = l.member_id
   CROSS JOIN LATERAL (
     SELECT array_agg(i.due_on ORDER BY i.no) AS due_on, array_agg(i.principal + i.charge ORDER BY i.no) AS amounts
       FROM loans_instalment i WHERE i.loan_id = l.id
   ) plan
   WHERE l.group_id = of_group AND m.group_id = of_group AND l.no = ANY(numbers) AND l.upk_loan_id IS NULL
$$;

-- Movements of money from a day to a day, added up by day, account and kind of entry. OFFSET 0 holds the planner to
-- looking up each posting's own account and entry. Left free to join, it has read everybody's entries, or one book's
-- accounts anew for each posting, whenever it misjudged how few there are.
CREATE OR REPLACE FUNCTION compliance_movements(of_book bigint, since_day date, through_day date)
  RETURNS TABLE (moved_on date, code varchar, member_no int, loan_no int, kind varchar, amount bigint)
  LANGUAGE sql STABLE AS $$
  SELECT p."on", a.code, a.member_no, a.loan_no, e.kind, sum(p.amount)::bigint
    FROM ledger_posting p
   CROSS JOIN LATERAL (SELECT code, member_no, loan_no FROM ledger_account WHERE id = p.account_id OFFSET 0) a
   CROSS JOIN LATERAL (SELECT kind FROM ledger_entry WHERE id = p.entry_id OFFSET 0) e
   WHERE p.book_id = of_book AND p."on" BETWEEN since_day AND through_day
     AND (a.code IN ('1110', '1120', '2310', '2220', '2110', '2120', '3110', '1210')
          OR a.code = '4110' AND a.loan_no > 0)
   GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
$$;

-- All three of some weeks in one answer, as JSON: the loans are those that moved and those `known` before. The plans
-- are made once, whatever the days: left to choose, Postgres takes the default guess at a range of days for so much
-- that it plans the movements anew for every sheet, which takes as long as reading them.
CREATE OR REPLACE FUNCTION compliance_weeks(of_book bigint, of_group bigint, since_day date, through_day date,
                                            in_zone text, known int[])
  RETURNS TABLE (movements text, meetings text, loans text)
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  moved text;
  numbers int[];
BEGIN
  SELECT json_agg(json_build_array(m.moved_on, m.code, m.member_no, m.loan_no, m.kind, m.amount))::text,
         array_agg(DISTINCT m.loan_no) FILTER (WHERE m.code IN ('1210', '4110'))
    INTO moved, numbers
    FROM compliance_movements(of_book, since_day, through_day) m;
  RETURN QUERY
  SELECT moved,
         (SELECT json_agg(json_build_array(h.held_on, h.present, h.excused, h.sick, h.delay, h.counted, h.explained,
                                           h.minuted, h.imported))::text
            FROM compliance_meetings(of_group, since_day, through_day, in_zone) h),
         (SELECT json_agg(json_build_array(l.loan_no, l.member_no, l.prior, l.due_on, l.amounts, l.closed_on,
                                           l.waivers))::text
            FROM compliance_loans(of_group, numbers || known) l);
END $$;
