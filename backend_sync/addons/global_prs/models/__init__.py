from . import global_prs_ext_key
from . import global_prs_ext_mixin
from . import event_event
from . import event_event_ticket
from . import event_registration
from . import res_partner
