# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import _, api, fields, models, tools


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
            "registration_properties": False,
            "prs_number": False,
            "prs_answers": False,
        }

    def _ext_forget(self):
        contacts = self._ext_contacts()
        # Answers to Odoo's own questions; they come with website_event.
        if "registration_answer_ids" in self._fields:
            self.sudo().registration_answer_ids.unlink()
        result = super()._ext_forget()
        contacts._ext_unlink_unused()
        return result

    def _ext_contacts(self):
        """Contacts that Odoo made of these attendees, as it does for whom a message is sent to from an attendee's
        chatter. One that is older than the registration did not come from it."""
        contacts = everybody = self.env["res.partner"].sudo().with_context(active_test=False)
        emails = {registration: tools.email_normalize(registration.email) for registration in self}
        # One search for all: a table of contacts may be long, and has no index of the name.
        namesakes = everybody.search(
            [("email_normalized", "in", list(filter(None, emails.values()))), ("name", "in", self.mapped("name"))]
        )
        for registration, email in emails.items():
            known = namesakes.filtered(
                lambda partner, email=email, name=registration.name: (
                    (partner.email_normalized, partner.name) == (email, name)
                )
            )
            contacts |= (registration.sudo().partner_id | known).filtered(
                lambda partner, since=registration.create_date: partner.create_date >= since
            )
        return contacts

    def _update_mail_schedulers(self):
        if self.env.context.get("global_prs_sync"):
            return None
        return super()._update_mail_schedulers()
