# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models
from odoo.tools import SQL

# References that say nothing about what a contact is needed for: correspondence and labels.
INCIDENTAL = {
    "mail_followers",
    "mail_mail_res_partner_rel",
    "mail_message",
    "mail_message_res_partner_rel",
    "mail_message_res_partner_starred_rel",
    "mail_notification",
    "res_partner_res_partner_category_rel",
    "sms_sms",
}


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _ext_unlink_unused(self):
        """Delete those of the contacts that nothing else in this database refers to."""
        self.env.flush_all()
        unused = self.filtered(
            lambda partner: not (partner.is_company or partner.parent_id) and not partner._ext_is_used()
        )
        if "sms.sms" in self.env:
            self.env["sms.sms"].sudo().search([("partner_id", "in", unused.ids)]).unlink()
        unused.unlink()

    def _ext_is_used(self):
        self.ensure_one()
        references = self.env["base.partner.merge.automatic.wizard"]._get_fk_on("res_partner")
        return any(
            self._ext_is_referenced(table, column)
            for table, column in references
            if table not in INCIDENTAL and not table.startswith("base_partner_merge_")
        )

    def _ext_is_referenced(self, table, column):
        itself = SQL("AND id <> %s", self.id) if table == self._table else SQL()
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM %s WHERE %s = %s %s LIMIT 1",
                SQL.identifier(table),
                SQL.identifier(column),
                self.id,
                itself,
            )
        )
        return bool(self.env.cr.fetchone())
