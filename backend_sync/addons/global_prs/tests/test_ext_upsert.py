# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, ValidationError
from odoo.tests.common import TransactionCase, new_test_user, tagged

EVENT = "5a2f0c1e-0000-4000-8000-000000000001"
TICKET = "5a2f0c1e-0000-4000-8000-000000000002"
REGISTRATION = "5a2f0c1e-0000-4000-8000-000000000003"


class ExtCase(TransactionCase):
    """An event and a ticket of the platform."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["event.event"]
        cls.Ticket = cls.env["event.event.ticket"]
        cls.Registration = cls.env["event.registration"]
        cls.event = cls._upsert(cls.Event, cls.event_vals())
        cls.ticket = cls._upsert(
            cls.Ticket,
            {"ext_uuid": TICKET, "ext_rev": 1, "event_id": EVENT, "name": "Seat", "seats_max": 1},
        )

    @classmethod
    def event_vals(cls, **changes):
        return {
            "ext_uuid": EVENT,
            "ext_rev": 1,
            "name": "Orientation",
            "date_begin": "2030-01-01 08:00:00",
            "date_end": "2030-01-02 08:00:00",
            "date_tz": "Asia/Kolkata",
            **changes,
        }

    @classmethod
    def registration_vals(cls, **changes):
        return {
            "ext_uuid": REGISTRATION,
            "ext_rev": 1,
            "event_id": EVENT,
            "event_ticket_id": TICKET,
            "name": "Asha Rao",
            "email": "asha@example.org",
            "state": "open",
            **changes,
        }

    @classmethod
    def _upsert(cls, model, vals):
        return model.browse(model.ext_upsert([vals])[0]["id"])

    def _statuses(self, model, *vals_list):
        return [result["status"] for result in model.ext_upsert(list(vals_list))]


@tagged("post_install", "-at_install")
class TestExtUpsert(ExtCase):
    def test_new_record_is_created_and_answers_string_keys(self):
        results = self.Registration.ext_upsert([self.registration_vals()])
        registration = self.Registration.search([("ext_uuid", "=", REGISTRATION)])
        self.assertEqual(
            results,
            [{"ext_uuid": REGISTRATION, "id": registration.id, "ext_rev": 1, "status": "created"}],
        )
        self.assertEqual(registration.event_id, self.event)
        self.assertEqual(registration.event_ticket_id, self.ticket)

    def test_revision_decides_between_update_unchanged_and_stale(self):
        self.Registration.ext_upsert([self.registration_vals(ext_rev=5)])
        self.assertEqual(
            self._statuses(self.Registration, self.registration_vals(ext_rev=5, name="Same")),
            ["unchanged"],
        )
        self.assertEqual(
            self._statuses(self.Registration, self.registration_vals(ext_rev=4, name="Old")),
            ["stale"],
        )
        self.assertEqual(
            self._statuses(self.Registration, self.registration_vals(ext_rev=6, name="New")),
            ["updated"],
        )
        registration = self.Registration.search([("ext_uuid", "=", REGISTRATION)])
        self.assertEqual((registration.name, registration.ext_rev), ("New", 6))

    def test_newest_of_several_rows_for_one_record_wins_in_any_order(self):
        rows = [
            self.registration_vals(ext_rev=1, name="First"),
            self.registration_vals(ext_rev=3, name="Third"),
            self.registration_vals(ext_rev=2, name="Second"),
            self.registration_vals(ext_rev=3, name="Third again"),
        ]
        self.assertEqual(self._statuses(self.Registration, *rows), ["stale", "created", "stale", "unchanged"])
        self.assertEqual(self.Registration.search([("ext_uuid", "=", REGISTRATION)]).name, "Third")

    def test_archived_record_is_found_again(self):
        self.Registration.ext_upsert([self.registration_vals(active=False)])
        self.assertEqual(
            self._statuses(self.Registration, self.registration_vals(ext_rev=2, active=True)),
            ["updated"],
        )

    def test_deleted_record_is_created_again(self):
        self._upsert(self.Registration, self.registration_vals()).unlink()
        self.assertEqual(self._statuses(self.Registration, self.registration_vals()), ["created"])

    def test_archived_event_can_be_referred_to(self):
        self.event.active = False
        self.assertEqual(self._statuses(self.Registration, self.registration_vals()), ["created"])

    def test_unknown_reference_is_refused_by_name(self):
        with self.assertRaisesRegex(ValidationError, "event_ticket_id"):
            self.Registration.ext_upsert([self.registration_vals(event_ticket_id="nobody")])

    def test_one_bad_row_writes_nothing(self):
        good = self.registration_vals(ext_uuid=REGISTRATION[:-1] + "9")
        with self.assertRaises(ValueError), self.cr.savepoint():
            self.Registration.ext_upsert([good, self.registration_vals(state="nonsense")])
        self.assertFalse(self.Registration.search([("ext_uuid", "=", good["ext_uuid"])]))

    def test_item_without_identity_or_revision_is_refused(self):
        for changes in (
            {"ext_uuid": False},
            {"ext_uuid": " "},
            {"ext_rev": False},
            {"ext_rev": -1},
            {"ext_rev": "1"},
            {"active": "false"},
            {"event_id": 7},
            {"event_ticket_id": [7, "Seat"]},
        ):
            with self.subTest(**changes), self.assertRaises(ValidationError):
                self.Registration.ext_upsert([self.registration_vals(**changes)])

    def test_nobody_is_mailed_and_nothing_is_tracked(self):
        mails = self.env["mail.mail"].search_count([])
        self.assertFalse(self.event.event_mail_ids)
        registration = self._upsert(self.Registration, self.registration_vals(state="draft"))
        self._upsert(self.Registration, self.registration_vals(ext_rev=2, state="open"))
        self._upsert(self.Registration, self.registration_vals(ext_rev=3, name="Renamed"))
        self.env.flush_all()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(registration.message_ids.tracking_value_ids)
        self.assertFalse(registration.message_ids)

    def test_schedulers_added_by_an_admin_survive_an_update(self):
        self.event.event_mail_ids = [
            (
                0,
                0,
                {
                    "interval_unit": "days",
                    "interval_type": "before_event",
                    "interval_nbr": 1,
                    "template_ref": f"mail.template,{self.env.ref('event.event_reminder').id}",
                },
            ),
        ]
        self.Event.ext_upsert([self.event_vals(ext_rev=2, name="Renamed")])
        self.assertEqual(len(self.event.event_mail_ids), 1)

    def test_platform_decides_about_seats(self):
        second = self.registration_vals(ext_uuid=REGISTRATION[:-1] + "4")
        self.assertEqual(
            self._statuses(self.Registration, self.registration_vals(), second),
            ["created", "created"],
        )

    def test_only_the_synchronisation_may_upsert(self):
        user = new_test_user(self.env, "prs_event_manager", groups="event.group_event_manager")
        with self.assertRaises(AccessError):
            self.Registration.with_user(user).ext_upsert([self.registration_vals()])

    def test_answers_and_number_are_kept(self):
        registration = self._upsert(
            self.Registration,
            self.registration_vals(prs_number="PRS-7Q2K", prs_answers='{"diet": "vegan"}'),
        )
        self.assertEqual(registration.prs_number, "PRS-7Q2K")
        self.assertEqual(registration.prs_answers, '{"diet": "vegan"}')
