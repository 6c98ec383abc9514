import { Button } from "@/components/ui/Button";
import { type Column, DataTable } from "@/components/ui/DataTable";
import { Badge } from "@/components/ui/Feedback";
import { formatDateTime } from "@/lib/format/dates";
import { useI18n } from "@/lib/i18n/i18n";
import type { ApiKey } from "../api";
import { useTexts } from "../texts";

type KeyTableProps = {
  keys: readonly ApiKey[];
  onRotate: (key: ApiKey) => void;
  onRevoke: (key: ApiKey) => void;
};

type KeyState = "active" | "expired" | "revoked";

function stateOf({ revoked_at, expires_at }: ApiKey): KeyState {
  if (revoked_at && Date.parse(revoked_at) <= Date.now()) return "revoked";
  return expires_at && Date.parse(expires_at) <= Date.now() ? "expired" : "active";
}

export function KeyTable({ keys, onRotate, onRevoke }: KeyTableProps) {
  const { locale } = useI18n();
  const texts = useTexts();
  const names: Record<KeyState, string> = {
    active: texts.keyActive,
    expired: texts.keyExpired,
    revoked: texts.keyRevoked,
  };
  const columns: Column<ApiKey>[] = [
    {
      key: "name",
      label: texts.keyName,
      cell: (key) => (
        <span>
          <strong>{key.name}</strong>
          <span className="soft small mono">{key.key_id}</span>
        </span>
      ),
    },
    {
      key: "state",
      label: texts.state,
      cell: (key) => (
        <span className="permission-list">
          <Badge tone={stateOf(key) === "active" ? "good" : "plain"}>{names[stateOf(key)]}</Badge>
          {key.replaced_by && <Badge tone="warn">{texts.keyReplaced}</Badge>}
        </span>
      ),
    },
    {
      key: "permissions",
      label: texts.permissions,
      cell: ({ permissions }) => (
        <span className="permission-list">
          {permissions.map((permission) => (
            <Badge key={permission} tone="plain">
              {texts.permissionNames[permission] ?? permission}
            </Badge>
          ))}
        </span>
      ),
    },
    {
      key: "networks",
      label: texts.networks,
      cell: ({ networks }) => networks.join(", ") || texts.anywhere,
    },
    {
      key: "until",
      label: texts.until,
      cell: ({ expires_at }) => (expires_at ? formatDateTime(expires_at, locale) : texts.noEnd),
    },
    {
      key: "used",
      label: texts.lastUsed,
      cell: ({ last_used_at }) =>
        last_used_at ? formatDateTime(last_used_at, locale) : texts.never,
    },
    {
      key: "action",
      label: texts.actions,
      cell: (key) =>
        stateOf(key) === "active" && (
          <span className="row">
            {!key.replaced_by && (
              <Button
                variant="quiet"
                aria-label={texts.rotateLabel(key.name)}
                onPress={() => onRotate(key)}
              >
                {texts.rotate}
              </Button>
            )}
            <Button
              variant="quiet"
              aria-label={texts.revokeKeyLabel(key.name)}
              onPress={() => onRevoke(key)}
            >
              {texts.revokeKey}
            </Button>
          </span>
        ),
    },
  ];
  return <DataTable caption={texts.keys} columns={columns} rows={keys} keyOf={({ uid }) => uid} />;
}
