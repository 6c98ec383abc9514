import { Button } from "@/components/ui/Button";
import { SelectField } from "@/components/ui/SelectField";
import { TextField } from "@/components/ui/TextField";
import { type AuditFilter, isUid } from "./queries";
import { useTexts } from "./texts";

type AuditFiltersProps = {
  filter: AuditFilter;
  onChange: (part: Partial<AuditFilter>) => void;
};

const NONE: AuditFilter = { action: "", actor: "", subject: "", from: "", to: "" };

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const texts = useTexts();
  const subject = filter.subject.trim();
  const groups = { ...texts.groups };
  // An address may name a single action, which the list of groups does not have.
  if (filter.action && !(filter.action in groups)) groups[filter.action] = filter.action;
  return (
    // biome-ignore lint/a11y/useSemanticElements: React 18 does not know <search>
    <div role="search" aria-label={texts.filters} className="stack-s">
      <div className="audit-filters">
        <SelectField
          label={texts.action}
          value={filter.action}
          placeholder={texts.anyAction}
          options={Object.entries(groups).map(([value, label]) => ({ value, label }))}
          onChange={(action) => onChange({ action })}
        />
        <TextField
          label={texts.actor}
          hint={texts.actorHint}
          value={filter.actor}
          onChange={(actor) => onChange({ actor })}
        />
        <TextField
          label={texts.subject}
          hint={texts.subjectHint}
          value={filter.subject}
          onChange={(value) => onChange({ subject: value })}
          error={subject && !isUid(subject) ? texts.subjectWrong : null}
        />
        <TextField
          type="date"
          label={texts.from}
          value={filter.from}
          onChange={(from) => onChange({ from })}
        />
        <TextField
          type="date"
          label={texts.to}
          value={filter.to}
          onChange={(to) => onChange({ to })}
        />
      </div>
      {Object.values(filter).some(Boolean) && (
        <div>
          <Button variant="quiet" onPress={() => onChange(NONE)}>
            {texts.clear}
          </Button>
        </div>
      )}
    </div>
  );
}
