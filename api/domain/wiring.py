"""Composition of the domain: loads all tables and binds what lower modules ask of higher ones.

With ``migrations/env.py`` the only place that may import another module's models.
"""

from api.domain.accounts import models as accounts
from api.domain.accounts import sign_in_models as sign_in
from api.domain.accounts.personal_data import AccountData
from api.domain.audit import models as audit
from api.domain.catalog import models as catalog
from api.domain.forms import models as forms
from api.domain.jobs import models as jobs
from api.domain.letters import models as letters
from api.domain.organizations import models as organizations
from api.domain.privacy import models as privacy
from api.domain.privacy.contracts import PersonalData
from api.domain.registrations import models as registrations
from api.domain.registrations.personal_data import RegistrationData
from api.domain.support import models as support
from api.domain.support.personal_data import SupportData
from api.domain.sync import models as sync
from api.lib import keystore
from api.lib.db import Base

TABLES = (
    keystore, audit, sync, organizations, jobs, privacy, accounts, sign_in, forms, catalog, registrations, letters,
    support,
)  # fmt: skip

metadata = Base.metadata

# Whoever holds data of persons, in the order in which it is erased: what is found through another goes before it.
PERSONAL_DATA: tuple[PersonalData, ...] = (SupportData(), RegistrationData(), AccountData())
