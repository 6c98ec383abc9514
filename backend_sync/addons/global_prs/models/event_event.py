# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class EventEvent(models.Model):
    _name = "event.event"
    _inherit = ["event.event", "global.prs.ext.mixin"]

    def _ext_create(self, vals_list):
        # The platform sends its own mail: with Odoo's default schedulers each attendee would get a second one.
        return super()._ext_create([{**vals, "event_mail_ids": []} for vals in vals_list])

    def _check_seats_availability(self, minimal_availability=0):
        if self.env.context.get("global_prs_sync"):
            # The platform decided about the seat; a freed one may arrive after the one that took it.
            return None
        return super()._check_seats_availability(minimal_availability=minimal_availability)
