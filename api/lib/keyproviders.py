"""From the settings to the vault."""

from api.lib.crypto import LocalKeys, SealError, Vault
from api.lib.kms import KmsKeys
from api.lib.settings import Settings


def make_vault(settings: Settings) -> Vault:
    """Return the vault over the master keys that the settings name; asks nobody yet.

    Raises:
        SealError: the settings name no usable keys.
    """
    if settings.key_provider == "file":
        return Vault(LocalKeys.from_file(settings.master_keys_file))
    if settings.key_provider == "environment":
        return Vault(LocalKeys(settings.master_keys))
    if not settings.kms_key:
        raise SealError("PRS_KMS_KEY is empty: it names the key in the service")
    # Keys of before, with which values may still be sealed: `prs keys rewrap` moves them to the service.
    local = LocalKeys(settings.master_keys) if settings.master_keys else None
    return Vault(KmsKeys(settings.kms_key, settings.kms_endpoint), local=local)
