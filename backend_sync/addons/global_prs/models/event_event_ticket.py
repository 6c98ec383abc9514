# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class EventEventTicket(models.Model):
    _name = "event.event.ticket"
    _inherit = ["event.event.ticket", "global.prs.ext.mixin"]

    def _check_seats_availability(self, minimal_availability=0):
        if self.env.context.get("global_prs_sync"):
            return None
        return super()._check_seats_availability(minimal_availability=minimal_availability)
