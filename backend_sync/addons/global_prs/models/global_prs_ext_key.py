# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class GlobalPrsExtKey(models.Model):
    """Identifiers that were ever created: what two calls creating the same record meet at.

    The unique constraint of the record itself would do, but a call that loses there has its whole INSERT, attendees'
    names and all, written to the logs of Odoo and PostgreSQL, and is refused instead of being run again.
    """

    _name = "global.prs.ext.key"
    _description = "Identifier received from Global PRS"
    _log_access = False

    model = fields.Char(required=True)
    ext_uuid = fields.Char(required=True)
    erased = fields.Boolean(help="What arrives for this identifier is written without what is personal.")

    _sql_constraints = [
        ("model_ext_uuid_uniq", "unique(model, ext_uuid)", "An identifier is kept once."),
    ]

    @api.model
    def _reserve(self, model, uuids):
        """Wait for other calls that create the same records.

        Where one of them has committed since this transaction began, PostgreSQL raises a serialization failure (ON
        CONFLICT under REPEATABLE READ); Odoo then runs this call again, which finds the records.
        """
        self.env.cr.execute(
            """
            INSERT INTO global_prs_ext_key (model, ext_uuid)
            SELECT %s, uuid FROM unnest(%s) AS uuid ORDER BY uuid
            ON CONFLICT DO NOTHING
            """,
            (model, list(uuids)),
            log_exceptions=False,
        )

    @api.model
    def _erase(self, model, uuids):
        """Remember identifiers as erased, also those that were never received.

        Calls under way for the same records meet at these rows: the one that comes second fails to serialize, and
        Odoo runs it again.
        """
        self.env.cr.execute(
            """
            INSERT INTO global_prs_ext_key (model, ext_uuid, erased)
            SELECT DISTINCT %s, uuid, TRUE FROM unnest(%s::varchar[]) AS uuid ORDER BY uuid
            ON CONFLICT (model, ext_uuid) DO UPDATE SET erased = TRUE
            """,
            (model, list(uuids)),
            log_exceptions=False,
        )
        self.invalidate_model(["erased"])

    @api.model
    def _erased(self, model, uuids):
        """The erased ones among identifiers. Locked to the end of the call, all of them: one that is being erased now
        looks as if it was not."""
        self.env.cr.execute(
            """
            SELECT ext_uuid, erased FROM global_prs_ext_key
            WHERE model = %s AND ext_uuid = ANY(%s) ORDER BY ext_uuid FOR SHARE
            """,
            (model, list(uuids)),
            log_exceptions=False,
        )
        return {uuid for uuid, erased in self.env.cr.fetchall() if erased}
