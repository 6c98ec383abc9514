"""Every controller of the API process."""

from api.domain.accounts.api_key_controllers import ApiKeyController
from api.domain.accounts.controllers import AuthController, MeController
from api.domain.accounts.grant_controllers import GrantController
from api.domain.accounts.privacy_controllers import OwnDataController
from api.domain.accounts.second_factor_controllers import PasswordController, SecondFactorController
from api.domain.accounts.session_controllers import (
    ConfirmationController,
    KeySetController,
    RefreshController,
    SessionController,
)
from api.domain.accounts.sign_on_controllers import ProviderController
from api.domain.accounts.sign_up_controllers import SignUpController
from api.domain.auditing.controllers import AuditController
from api.domain.catalog.controllers import CatalogController
from api.domain.catalog.organiser_controllers import EventController, FlowController, TicketController
from api.domain.catalog.preview_controllers import PreviewController
from api.domain.forms.controllers import FormController
from api.domain.forms.controllers_sheets import SheetController
from api.domain.jobs.controllers import JobController
from api.domain.letters.clone_controllers import CloneController
from api.domain.letters.controllers import HeldController, MailingController
from api.domain.letters.template_controllers import EventMailTemplateController, MailTemplateController
from api.domain.organizations.controllers import OrganizationController
from api.domain.privacy.controllers import PrivacyController
from api.domain.registrations.adding_controllers import AddingController
from api.domain.registrations.change_controllers import ChangeController, RulesController
from api.domain.registrations.controllers import (
    EventRegistrationController,
    MyRegistrationController,
    RegistrationController,
)
from api.domain.registrations.migrating_controllers import MigratingController
from api.domain.registrations.privacy_controllers import (
    MyConsentController,
    OrganizationPrivacyController,
    OwnRegistrationController,
)
from api.domain.registrations.reinstating_controllers import ReinstatingController
from api.domain.registrations.reveal_controllers import RevealController
from api.domain.registrations.staff_controllers import StaffRegistrationController
from api.domain.registrations.uploads.controllers import UploadController
from api.domain.support.controllers import SupportController
from api.server.files import FileController
from api.server.health import HealthController
from api.server.reference import ReferenceController

CONTROLLERS = (
    AddingController,
    CloneController,
    PreviewController,
    ApiKeyController,
    AuditController,
    AuthController,
    CatalogController,
    ChangeController,
    EventController,
    EventMailTemplateController,
    EventRegistrationController,
    FileController,
    FlowController,
    FormController,
    SheetController,
    GrantController,
    HealthController,
    HeldController,
    JobController,
    KeySetController,
    MailTemplateController,
    MailingController,
    MeController,
    MigratingController,
    MyConsentController,
    MyRegistrationController,
    OrganizationController,
    OrganizationPrivacyController,
    OwnDataController,
    OwnRegistrationController,
    PrivacyController,
    PasswordController,
    ProviderController,
    ReferenceController,
    RefreshController,
    RegistrationController,
    ReinstatingController,
    RevealController,
    RulesController,
    SecondFactorController,
    SignUpController,
    SessionController,
    ConfirmationController,
    StaffRegistrationController,
    SupportController,
    TicketController,
    UploadController,
)
