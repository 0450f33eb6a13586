"""Kinds of entries that more than one app speaks of. A kind says why money moved; the legs say where."""

HANDOVER = "handover"  # what a member hands over at a meeting: the only kind that is a deposit to the five rules
WITHDRAWAL = "withdrawal"
INCOME = "income"
EXPENSE = "expense"
DIFFERENCE = "difference"  # between the counted box and the book
SETTLEMENT = "settlement"  # how such a difference ended
BANK = "bank"  # between cash box and bank account
GRANT = "grant"
FUND_PAYMENT = "fund_payment"  # out of the social fund and its like
GROUP_WITHDRAWAL = "group_withdrawal"  # a share of the simpanan wajib back to everybody
GIFT = "gift"  # jasa or a present to savers
TRANSFER = "transfer"  # between accounts of one member
YEAR_END = "year_end"  # income and costs of a year moved into 3910: left out wherever a year's income is shown
SHARE_OUT = "share_out"  # from 3910 to members and funds
RELEASE = "release"  # blocked savings of a settled loan, back to the member
UPK_LOAN = "upk_loan"  # from a UPK to a KSM, in both books
UPK_PAYMENT = "upk_payment"  # what a KSM passes on to its UPK, in both books
UPK_COVER = "upk_cover"  # the group's own money stands for what it passed on and, after a correction, never collected
UPK_WAIVER = "upk_waiver"  # jasa a KSM had collected for its UPK, which waived it
UPK_RESCHEDULE = "upk_reschedule"  # a UPK loan's rest moved to a new loan, in both books
UPK_RESERVE = "upk_reserve"  # a month's change of the reserve for loans in a UPK's book
UPK_REWARD = "upk_reward"  # IPTW, from a UPK to a KSM that paid every instalment in time, in both books
PAYOFF = "payoff"  # a loan paid back early
GUARANTEE = "guarantee"  # blocked savings that pay a loan
EXIT = "exit"  # a member who leaves: her savings less her debts
RESCHEDULE = "reschedule"  # a loan's rest moved to a new loan, on its old rate
RESTRUCTURE = "restructure"  # the same, on another
WRITE_OFF = "write_off"
RECOVERY = "recovery"  # of a debt that was written off

PAYING = frozenset({HANDOVER, PAYOFF, GUARANTEE, EXIT})  # what pays a loan: the others only move its principal
