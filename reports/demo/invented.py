"""What is invented: which KSM and villages there are, how they live, and for how many weeks."""

from dataclasses import dataclass

SEED = 20260122
WEEKS = 26


@dataclass(frozen=True, slots=True)
class Health:
    """How a group lives, as chances between 0 and 1."""

    meets: float
    comes: float
    saves: float
    repays: float
    lends: float
    counts: float
    writes: float
    late: float = 0.05  # the sheet is posted after its three days


STRONG = Health(meets=1.0, comes=0.97, saves=0.99, repays=0.98, lends=0.9, counts=1.0, writes=1.0, late=0.0)
GOOD = Health(meets=0.98, comes=0.93, saves=0.97, repays=0.95, lends=0.7, counts=0.97, writes=0.97)
FAIR = Health(meets=0.93, comes=0.85, saves=0.9, repays=0.85, lends=0.55, counts=0.85, writes=0.85, late=0.1)
IDLE = Health(meets=0.98, comes=0.92, saves=0.96, repays=0.95, lends=0.08, counts=0.95, writes=0.95)
UNPAID = Health(meets=0.95, comes=0.85, saves=0.92, repays=0.55, lends=0.8, counts=0.9, writes=0.9, late=0.1)
WEAK = Health(meets=0.75, comes=0.7, saves=0.75, repays=0.6, lends=0.4, counts=0.6, writes=0.55, late=0.3)
DYING = Health(meets=0.6, comes=0.6, saves=0.6, repays=0.45, lends=0.35, counts=0.5, writes=0.4, late=0.4)

SMALL = (
    ("Mawar", GOOD, 15, 5_000),
    ("Melati", STRONG, 20, 5_000),
    ("Mekar Arum Jaya", STRONG, 5, 10_000),
    ("Mekar Sari", GOOD, 5, 10_000),
    ("Guyub Rukun", FAIR, 18, 2_000),
    ("Flamboyan", IDLE, 5, 5_000),
    ("Kenanga", UNPAID, 10, 5_000),
    ("Gajah Duduk", UNPAID, 14, 10_000),
    ("Ngudi Lestari", WEAK, 9, 2_000),
    ("Anggrek", DYING, 11, 5_000),
)
VILLAGES = (  # ten villages in nine kecamatan of Batang
    ("Silurah", "33.25.01.2001"),
    ("Sodong", "33.25.01.2002"),
    ("Tombo", "33.25.02.2001"),
    ("Gerlang", "33.25.03.2001"),
    ("Pacet", "33.25.04.2001"),
    ("Pranten", "33.25.05.2001"),
    ("Sendang", "33.25.06.2002"),
    ("Surodadi", "33.25.07.2005"),
    ("Ngaliyan", "33.25.08.2001"),
    ("Menjangan", "33.25.09.2004"),
)
FLOWERS = (
    "Guyub Rukun,Mawar,Melati,Kenanga,Anggrek,Dahlia,Cempaka,Teratai,Sedap Malam,Bougenville,Ngudi Rahayu,"
    "Sumber Rejeki,Tani Makmur,Maju Lancar,Karya Bersama,Sido Makmur,Margo Mulyo,Sri Rejeki,Mekar Jaya,Bina Karya"
).split(",")
HEALTHS = (STRONG, GOOD, GOOD, FAIR, FAIR, IDLE, UNPAID, WEAK, GOOD, DYING)


@dataclass(frozen=True, slots=True)
class UpkPlan:
    """A loan of the UPK to a group: how many of its members borrow how much each, and whether it is passed back."""

    members: int
    amount: int
    passes_on: bool = True


UPK_WEEK, UPK_MONTHS = 15, 10
UPK_PLANS = {
    "GR-MEKAR-ARUM-JAYA": UpkPlan(5, 1_000_000),
    "GR-MELATI": UpkPlan(6, 500_000),
    "GR-MEKAR-SARI": UpkPlan(5, 600_000, passes_on=False),  # holds what the members paid
}
KEEPS_BOOKS = "GR-MELATI"  # closes months, corrects, reads balances, keeps a bank account and the books of its house
UPK_ASKS = "GR-FLAMBOYAN"  # asks, and has not signed yet

SMALL_BKM, PROGRAMME = "BKM-GUYUB-RUKUN", "GRD"
