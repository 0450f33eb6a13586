"""People and groups for tests. Bodies and their books come from the services; money does too, in each test itself."""

from datetime import date

import factory

from groups import services
from groups.models import Appointment, Bkm, Group, Member, Programme, Upk
from users.models import User

PASSWORD = "tiga kata mudah"
START = date(2026, 1, 5)


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody who signs in with `PASSWORD`."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"orang{n}")
    name = factory.Sequence(lambda n: f"Orang {n}")
    password = factory.django.Password(PASSWORD)


class AdministratorFactory(UserFactory):
    username = factory.Sequence(lambda n: f"pengurus{n}")
    is_superuser = True
    is_staff = True


class BkmFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Bkm

    code = factory.Sequence(lambda n: f"BKM-{n}")
    name = factory.Sequence(lambda n: f"BKM {n}")

    @classmethod
    def _create(cls, model_class, **fields):
        return services.create_bkm(**fields)


class UpkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Upk

    bkm = factory.SubFactory(BkmFactory)
    name = factory.LazyAttribute(lambda upk: f"UPK {upk.bkm.name}")

    @classmethod
    def _create(cls, model_class, **fields):
        return services.open_upk(**fields)


class ProgrammeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Programme

    code = factory.Sequence(lambda n: f"PROG-{n}")
    name = factory.Sequence(lambda n: f"Program {n}")


class GroupFactory(factory.django.DjangoModelFactory):
    """A KSM with an empty book, meeting on Wednesdays; `members=5` gives it five members."""

    class Meta:
        model = Group

    code = factory.Sequence(lambda n: f"KSM-{n}")
    name = factory.Sequence(lambda n: f"KSM {n}")
    bkm = factory.SubFactory(BkmFactory)
    start_on = START

    @classmethod
    def _create(cls, model_class, members=0, **fields):
        group = services.create_group(**fields)
        services.add_members(group=group, names=[f"Anggota {n + 1}" for n in range(members)], joined_on=group.start_on)
        return group


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    group = factory.SubFactory(GroupFactory)
    name = factory.Sequence(lambda n: f"Anggota {n}")
    joined_on = factory.SelfAttribute("group.start_on")

    @classmethod
    def _create(cls, model_class, **fields):
        return services.add_member(**fields)


class AppointmentFactory(factory.django.DjangoModelFactory):
    """A role since `START`; give `group=` or `bkm=`."""

    class Meta:
        model = Appointment

    user = factory.SubFactory(UserFactory)
    role = Appointment.Role.TREASURER
    from_on = START

    @classmethod
    def _create(cls, model_class, **fields):
        return services.appoint(**fields)


def treasurer(group: Group) -> User:
    """The one who enters the week."""
    return AppointmentFactory(group=group).user


def coordinator(bkm: Bkm) -> User:
    """The one who looks after the groups of a BKM."""
    return AppointmentFactory(bkm=bkm, role=Appointment.Role.COORDINATOR).user
