"""Composition of the domain: loads all tables and binds what lower modules ask of higher ones.

With ``migrations/env.py`` the only place that may import another module's models.
"""

from api.domain.accounts import models as accounts
from api.domain.accounts import sign_in_models as sign_in
from api.domain.audit import models as audit
from api.domain.catalog import models as catalog
from api.domain.forms import models as forms
from api.domain.jobs import models as jobs
from api.domain.organizations import models as organizations
from api.domain.registrations import models as registrations
from api.domain.support import models as support
from api.domain.sync import models as sync
from api.lib.db import Base

TABLES = (audit, sync, organizations, jobs, accounts, sign_in, forms, catalog, registrations, support)

metadata = Base.metadata
