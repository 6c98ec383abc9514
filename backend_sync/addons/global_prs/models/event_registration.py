# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import _, api, fields, models


class EventRegistration(models.Model):
    _name = "event.registration"
    _inherit = ["event.registration", "global.prs.ext.mixin"]

    prs_number = fields.Char(
        string="Confirmation Number",
        readonly=True,
        copy=False,
        index=True,
        help="Number on the participant's confirmation; attendees of one registration share it.",
    )
    prs_answers = fields.Text(
        string="Shared Answers",
        readonly=True,
        copy=False,
        help="Answers that the form shares with the back office, as JSON.",
    )

    @api.model
    def _ext_blanks(self):
        return {
            "name": _("Erased"),
            "email": False,
            "phone": False,
            "company_name": False,
            "partner_id": False,
            "prs_number": False,
            "prs_answers": False,
        }

    def _ext_forget(self):
        # Answers to Odoo's own questions; they come with website_event.
        if "registration_answer_ids" in self._fields:
            self.sudo().registration_answer_ids.unlink()
        return super()._ext_forget()

    def _update_mail_schedulers(self):
        if self.env.context.get("global_prs_sync"):
            return None
        return super()._update_mail_schedulers()
