# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import re

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

MAX_INTEGER = 2**31 - 1


class GlobalPrsExtMixin(models.AbstractModel):
    """Records that the platform owns: found by ``ext_uuid``, ordered by ``ext_rev``."""

    _name = "global.prs.ext.mixin"
    _description = "Record owned by Global PRS"

    ext_uuid = fields.Char(
        string="Platform UID",
        readonly=True,
        copy=False,
        help="Identifier of this record on the Global PRS platform.",
    )
    ext_rev = fields.Integer(
        string="Platform Revision",
        readonly=True,
        copy=False,
        help="Revision of the platform's record that was last received.",
    )

    _sql_constraints = [
        (
            "ext_uuid_uniq",
            "unique(ext_uuid)",
            "The platform UID must be unique.",
        ),
    ]

    @api.model
    def ext_upsert(self, vals_list):
        """Create or update one record per item, found by ``ext_uuid``.

        A record is written only where ``ext_rev`` is newer than the one held: the
        same revision answers ``unchanged``, an older one ``stale``. A many2one to
        another model of this mixin is given as that record's ``ext_uuid``. Nobody
        is mailed and nothing is tracked. One bad item fails the whole call.

        :param list vals_list: dicts of field values with ``ext_uuid`` and ``ext_rev``
        :return: one dict per item, in order: ``ext_uuid``, ``id``, ``ext_rev`` (the
            revision now held) and ``status``
        """
        if not (self.env.su or self.env.user.has_group("global_prs.group_sync")):
            raise AccessError(_("Only the synchronisation may write the platform's records."))
        records = self._ext_sync_env()
        vals_list = self._ext_blanked([self._ext_check_vals(vals) for vals in vals_list])
        newest = self._ext_newest(vals_list)
        found = records._ext_search([vals["ext_uuid"] for vals in vals_list])
        held = {uuid: record.ext_rev for uuid, record in found.items()}
        created, updated = [], []
        for uuid, vals in newest.items():
            if uuid not in held:
                created.append(vals)
            elif vals["ext_rev"] > held[uuid]:
                updated.append(vals)
        prepared = records._ext_prepare(created + updated)
        if updated:
            records.browse(found[vals["ext_uuid"]].id for vals in updated)._ext_lock()
        for vals in prepared[len(created) :]:
            found[vals["ext_uuid"]].write(vals)
        if created:
            found.update(records._ext_create(prepared[: len(created)]))
        # A value the database refuses must fail this call, not the commit after it.
        records.env.flush_all()
        return self._ext_results(vals_list, newest, found, held)

    @api.model
    def ext_erase(self, uuids):
        """Blank what is personal in the records of these identifiers.

        The records stay, so that seats and statistics do. The identifiers are
        remembered: whatever arrives for them later is blanked as well, so that a
        late call cannot bring a person back. Erasing again changes nothing.

        :param list uuids: identifiers (``ext_uuid``)
        :return: one dict per identifier, in order: ``ext_uuid`` and ``status``,
            ``erased`` or ``unknown`` (never received)
        """
        if not (self.env.su or self.env.user.has_group("global_prs.group_sync")):
            raise AccessError(_("Only the synchronisation may erase the platform's records."))
        if not isinstance(uuids, list) or not all(isinstance(uuid, str) and uuid.strip() for uuid in uuids):
            raise ValidationError(_("Each item must be an ext_uuid."))
        if not self._ext_blanks():
            raise ValidationError(_("%s holds nothing personal.", self._name))
        self.env["global.prs.ext.key"]._erase(self._name, uuids)
        records = self._ext_sync_env()
        found = records._ext_search(uuids)
        known = records.browse(record.id for record in found.values())
        if known:
            known._ext_lock()
            known._ext_forget()
        records.env.flush_all()
        return [{"ext_uuid": uuid, "status": "erased" if uuid in found else "unknown"} for uuid in uuids]

    @api.model
    def _ext_blanks(self):
        """What the personal fields of an erased record hold; a model without such fields has none."""
        return {}

    def _ext_forget(self):
        """Blank the records, and remove what hangs on them and may name the person."""
        self.write(self._ext_blanks())
        env = self.sudo().env
        here = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        # Not message_ids, which leaves out what users were notified of.
        messages = env["mail.message"].search([("model", "=", self._name), ("res_id", "in", self.ids)])
        if "sms.sms" in env:
            env["sms.sms"].search([("mail_message_id", "in", messages.ids)]).unlink()
        messages.unlink()
        env["mail.activity"].with_context(active_test=False).search(here).unlink()
        env["mail.followers"].search([*here, ("partner_id.partner_share", "=", True)]).unlink()
        # Attachments of a field are left out of a search that does not name the field.
        env["ir.attachment"].search([*here, "|", ("res_field", "=", False), ("res_field", "!=", False)]).unlink()
        self._ext_forget_notifications()

    def _ext_forget_notifications(self):
        """Remove what waits for browsers: Odoo keeps it until its next vacuum, up to a day."""
        waiting = self.env["bus.bus"].sudo().search([("message", "like", self._name)])
        ids = {str(number) for number in self.ids}
        waiting.filtered(lambda one: not ids.isdisjoint(re.findall(r"\d+", one.message))).unlink()

    @api.model
    def _ext_blanked(self, vals_list):
        blanks = self._ext_blanks()
        if not blanks:
            return vals_list
        erased = self.env["global.prs.ext.key"]._erased(self._name, [vals["ext_uuid"] for vals in vals_list])
        return [{**vals, **blanks} if vals["ext_uuid"] in erased else vals for vals in vals_list]

    @api.model
    def _ext_results(self, vals_list, newest, found, held):
        results = []
        written = set()
        for vals in vals_list:
            uuid, rev = vals["ext_uuid"], vals["ext_rev"]
            before = held.get(uuid)
            now = max(newest[uuid]["ext_rev"], before if before is not None else -1)
            if rev < now:
                status = "stale"
            elif rev == before or uuid in written:
                status = "unchanged"
            else:
                status = "created" if before is None else "updated"
                written.add(uuid)
            results.append({"ext_uuid": uuid, "id": found[uuid].id, "ext_rev": now, "status": status})
        return results

    @api.model
    def _ext_sync_env(self):
        """This model as the sync uses it: no mail, no tracking, archived records too."""
        return self.with_context(
            active_test=False,
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            mail_notrack=True,
            mail_auto_subscribe_no_notify=True,
            no_reset_password=True,
            global_prs_sync=True,
        )

    @api.model
    def _ext_check_vals(self, vals):
        if not isinstance(vals, dict):
            raise ValidationError(_("Each item must be a dictionary."))
        uuid, rev = vals.get("ext_uuid"), vals.get("ext_rev")
        if not isinstance(uuid, str) or not uuid.strip():
            raise ValidationError(_("An item has no ext_uuid."))
        if isinstance(rev, bool) or not isinstance(rev, int) or not 0 <= rev <= MAX_INTEGER:
            raise ValidationError(_("The item %s has no valid ext_rev.", uuid))
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None:
                raise ValueError(f"Invalid field {name!r} on model {self._name!r}")
            # Odoo would take any text for true, "false" as well.
            if field.type == "boolean" and not isinstance(value, bool):
                raise ValidationError(_("The item %(uuid)s has no boolean in %(field)s.", uuid=uuid, field=name))
            # Odoo would take text or an [id, name] pair for no reference at all.
            if self._ext_is_reference(field) and not (value is False or isinstance(value, str)):
                raise ValidationError(
                    _("The item %(uuid)s does not refer by ext_uuid in %(field)s.", uuid=uuid, field=name)
                )
        return dict(vals)

    @api.model
    def _ext_is_reference(self, field):
        return field.type == "many2one" and "ext_uuid" in self.env[field.comodel_name]._fields

    @api.model
    def _ext_newest(self, vals_list):
        """The newest item per ``ext_uuid`` in order of first appearance."""
        newest = {}
        for vals in vals_list:
            known = newest.get(vals["ext_uuid"])
            if known is None or vals["ext_rev"] > known["ext_rev"]:
                newest[vals["ext_uuid"]] = vals
        return newest

    @api.model
    def _ext_search(self, uuids):
        records = self.with_context(active_test=False).search_fetch(
            [("ext_uuid", "in", uuids)], ["ext_uuid", "ext_rev"]
        )
        return {record.ext_uuid: record for record in records}

    @api.model
    def _ext_prepare(self, vals_list):
        """Copies of ``vals_list`` with references turned into ids, looked up once per field."""
        vals_list = [dict(vals) for vals in vals_list]
        for name in {name for vals in vals_list for name in vals}:
            field = self._fields[name]
            if not self._ext_is_reference(field):
                continue
            uuids = list({vals[name] for vals in vals_list if isinstance(vals.get(name), str)})
            found = self.env[field.comodel_name]._ext_search(uuids)
            for vals in vals_list:
                uuid = vals.get(name)
                if not isinstance(uuid, str):
                    continue
                if uuid not in found:
                    raise ValidationError(
                        _(
                            "%(model)s %(uuid)s refers by %(field)s to %(target)s, which is unknown.",
                            model=self._name,
                            uuid=vals["ext_uuid"],
                            field=name,
                            target=uuid,
                        )
                    )
                vals[name] = found[uuid].id
        return vals_list

    def _ext_create(self, vals_list):
        self.env["global.prs.ext.key"]._reserve(self._name, [vals["ext_uuid"] for vals in vals_list])
        return {record.ext_uuid: record for record in self.create(vals_list)}

    def _ext_lock(self):
        """Lock the records in one order, so that calls with common records wait instead of deadlocking."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", SQL.identifier(self._table), self._ids
            ),
            log_exceptions=False,
        )
