import { Button } from "@/components/ui/Button";
import { useI18n } from "@/lib/i18n/i18n";
import type { Known } from "./remembered";
import { useFileTexts } from "./texts";

/** After a reload: what was sent is still there, the file is the person's to choose again. */
export function BrokenOff({ broken, onForget }: { broken: Known; onForget: () => void }) {
  const t = useFileTexts();
  const { locale } = useI18n();
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  return (
    <div className="file-broken">
      <p>{t.brokenOff(broken.name, percent.format(broken.offset / broken.size))}</p>
      <Button variant="quiet" onPress={onForget}>
        {t.forget}
      </Button>
    </div>
  );
}
