# Copyright 2026 Global PRS
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64

from odoo.exceptions import AccessError, ValidationError
from odoo.tests.common import new_test_user, tagged

from .test_ext_upsert import EVENT, REGISTRATION, ExtCase

OTHER = REGISTRATION[:-1] + "9"
PERSONAL = ("email", "phone", "company_name", "partner_id", "prs_number", "prs_answers")


@tagged("post_install", "-at_install")
class TestExtErase(ExtCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without an administrator's rights: that is how the platform calls.
        cls.user = new_test_user(cls.env, "prs_sync", groups="global_prs.group_sync", notification_type="inbox")
        cls.Sync = cls.Registration.with_user(cls.user)

    def _registration(self, **changes):
        vals = {"phone": "+911234567890", "prs_number": "PRS-7Q2K", "prs_answers": "{}", **changes}
        return self._upsert(self.Registration, self.registration_vals(**vals))

    def _erase(self, *uuids):
        results = self.Sync.ext_erase(list(uuids))
        self.env.invalidate_all()
        return [result["status"] for result in results]

    def _contact(self, registration):
        """A contact as Odoo makes one of an attendee who is written to from the chatter."""
        contact = self.env["res.partner"].create({"name": registration.name, "email": registration.email})
        registration.message_post(body="Hello", partner_ids=contact.ids)
        self.assertEqual(registration.partner_id, contact)
        return contact

    def _personal(self, registration):
        return {name: registration[name] for name in PERSONAL if registration[name]}

    def test_erased_record_stays_without_what_is_personal(self):
        registration = self._registration(company_name="Rao Ltd")
        self.assertEqual(self.Sync.ext_erase([REGISTRATION]), [{"ext_uuid": REGISTRATION, "status": "erased"}])
        self.env.invalidate_all()
        self.assertEqual((registration.name, registration.state, registration.ext_rev), ("Erased", "open", 1))
        self.assertFalse(self._personal(registration))
        self.assertEqual(self._erase(REGISTRATION), ["erased"])

    def test_properties_are_erased(self):
        self.event.registration_properties_definition = [{"name": "diet", "type": "char", "string": "Diet"}]
        registration = self._registration()
        registration.registration_properties = {"diet": "vegan"}
        self._erase(REGISTRATION)
        self.assertFalse(registration.registration_properties.get("diet"))

    def test_what_hangs_on_the_record_is_removed(self):
        registration = self._registration()
        self.cr.precommit.run()
        registration.write({"name": "Asha R. Rao"})
        # Odoo writes down what was tracked before it commits.
        self.env.flush_all()
        self.cr.precommit.run()
        registration.message_post(body="Asha called")
        registration.message_notify(body="Asha waits", partner_ids=self.user.partner_id.ids)
        registration.activity_schedule("mail.mail_activity_data_todo", summary="Call Asha", user_id=self.user.id)
        file = self.env["ir.attachment"].create(
            {
                "name": "Asha.txt",
                "res_model": registration._name,
                "res_id": registration.id,
                "datas": base64.b64encode(b"Asha"),
            }
        )
        here = [("res_model", "=", registration._name), ("res_id", "=", registration.id)]
        messages = [("model", "=", registration._name), ("res_id", "=", registration.id)]
        self.env.flush_all()
        self.assertTrue(self.env["mail.tracking.value"].search([("old_value_char", "=", "Asha Rao")]))
        self.assertTrue(self.env["bus.bus"].search([("message", "like", "Asha")]))
        self._erase(REGISTRATION)
        self.assertFalse(self.env["mail.message"].search(messages))
        self.assertFalse(self.env["mail.tracking.value"].search([("old_value_char", "=", "Asha Rao")]))
        self.assertFalse(self.env["mail.activity"].search(here))
        self.assertFalse(file.exists())
        self.assertFalse(self.env["bus.bus"].search([("message", "like", "Asha")]))

    def test_text_message_is_removed(self):
        if "sms.sms" not in self.env:
            self.skipTest("the module sms is not installed")
        registration = self._registration()
        message = registration.message_post(body="Hi Asha", message_type="sms")
        text = self.env["sms.sms"].create({"number": "+911234567890", "mail_message_id": message.id})
        self._erase(REGISTRATION)
        self.assertFalse(text.exists())

    def test_answers_to_questions_of_odoo_are_removed(self):
        if "event.registration.answer" not in self.env:
            self.skipTest("the module website_event is not installed")
        registration = self._registration()
        question = self.env["event.question"].create(
            {"title": "Diet", "question_type": "text_box", "event_id": self.event.id}
        )
        answer = self.env["event.registration.answer"].create(
            {"question_id": question.id, "registration_id": registration.id, "value_text_box": "vegan"}
        )
        self._erase(REGISTRATION)
        self.assertFalse(answer.exists())

    def test_other_records_keep_what_hangs_on_them(self):
        self._registration()
        other = self._registration(ext_uuid=OTHER, name="Li Wei", email="li@example.org")
        other.message_post(body="Li called")
        self.event.message_post(body="All seats are taken")
        self._erase(REGISTRATION)
        self.assertIn("Li called", "".join(other.message_ids.mapped("body")))
        self.assertIn("All seats", "".join(self.event.message_ids.mapped("body")))
        self.assertEqual((other.name, other.phone), ("Li Wei", "+911234567890"))

    def test_contact_made_of_the_attendee_is_deleted(self):
        contact = self._contact(self._registration())
        self._erase(REGISTRATION)
        self.assertFalse(contact.exists())

    def test_contact_of_another_attendee_stays_until_that_one_is_erased(self):
        registration, other = self._registration(), self._registration(ext_uuid=OTHER)
        contact = self._contact(registration)
        self.assertEqual(other.partner_id, contact)
        self._erase(REGISTRATION)
        self.assertTrue(contact.exists())
        self._erase(OTHER)
        self.assertFalse(contact.exists())

    def test_contact_by_the_same_name_and_address_is_deleted(self):
        self._registration()
        self._registration(ext_uuid=OTHER, name="Li Wei", email="li@example.org")
        same, namesake, family, crossed = self.env["res.partner"].create(
            [
                {"name": "Asha Rao", "email": "ASHA@example.org", "active": False},
                {"name": "Asha Rao", "email": "another@example.org"},
                {"name": "Ravi Rao", "email": "asha@example.org"},
                {"name": "Asha Rao", "email": "li@example.org"},
            ]
        )
        self._erase(REGISTRATION, OTHER)
        self.assertFalse(same.exists())
        self.assertTrue(namesake.exists() and family.exists() and crossed.exists())

    def test_contact_that_is_needed_or_older_stays(self):
        def organizes(contact):
            self.event.organizer_id = contact

        def signs_in(contact):
            new_test_user(self.env, "prs_asha", partner_id=contact.id)

        def is_older(contact):
            self.env.cr.execute("UPDATE res_partner SET create_date = '2020-01-01' WHERE id = %s", (contact.id,))

        for number, needed in enumerate((organizes, signs_in, is_older)):
            with self.subTest(needed.__name__):
                uuid = f"{REGISTRATION[:-1]}{number + 4}"
                contact = self._contact(self._registration(ext_uuid=uuid, email=f"asha{number}@example.org"))
                self.env.flush_all()
                needed(contact)
                self.env.flush_all()
                self.env.invalidate_all()
                self._erase(uuid)
                self.assertTrue(contact.exists())

    def test_what_arrives_late_cannot_bring_a_person_back(self):
        self.assertEqual(self._erase(REGISTRATION), ["unknown"])
        registration = self._upsert(self.Sync, self.registration_vals(state="cancel"))
        self.assertEqual((registration.name, registration.state), ("Erased", "cancel"))
        for rev in (0, 1, 2):
            self.Sync.ext_upsert([self.registration_vals(ext_rev=rev, phone="+911234567890")])
            self.assertEqual(registration.name, "Erased")
            self.assertFalse(self._personal(registration))
        other = self._upsert(self.Registration, self.registration_vals(ext_uuid=OTHER))
        self.assertEqual(other.name, "Asha Rao")

    def test_identifiers_may_be_repeated_or_missing(self):
        self._registration()
        self.assertEqual(self._erase(REGISTRATION, OTHER, REGISTRATION), ["erased", "unknown", "erased"])
        self.assertEqual(self._erase(), [])

    def test_what_is_no_list_of_identifiers_is_refused(self):
        for uuids in (REGISTRATION, False, [7], [REGISTRATION, " "]):
            with self.subTest(uuids=uuids), self.assertRaises(ValidationError):
                self.Sync.ext_erase(uuids)

    def test_model_without_personal_fields_is_left_alone(self):
        with self.assertRaises(ValidationError):
            self.Event.with_user(self.user).ext_erase([EVENT])

    def test_only_the_synchronisation_may_erase(self):
        user = new_test_user(self.env, "prs_event_manager_2", groups="event.group_event_manager")
        with self.assertRaises(AccessError):
            self.Registration.with_user(user).ext_erase([REGISTRATION])
