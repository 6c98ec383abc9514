import { Button } from "@/components/ui/Button";
import { useMessages } from "@/lib/i18n/i18n";

type QuantityFieldProps = {
  id: string;
  name: string;
  value: number;
  most: number;
  onChange: (quantity: number) => void;
};

/** A number between 0 and `most`, typed or stepped. */
export function QuantityField({ id, name, value, most, onChange }: QuantityFieldProps) {
  const t = useMessages();
  const set = (quantity: number) => onChange(Math.max(0, Math.min(most, quantity)));
  return (
    <div className="quantity">
      <Button
        aria-label={t.tickets.fewer(name)}
        onPress={() => set(value - 1)}
        isDisabled={value <= 0}
      >
        −
      </Button>
      <input
        id={id}
        className="control"
        inputMode="numeric"
        aria-label={t.tickets.quantity(name)}
        value={value}
        onChange={(event) => {
          const digits = event.target.value.replace(/\D/g, "").slice(-4);
          set(digits === "" ? 0 : Number(digits));
        }}
        onFocus={(event) => event.target.select()}
      />
      <Button
        aria-label={t.tickets.more(name)}
        onPress={() => set(value + 1)}
        isDisabled={value >= most}
      >
        +
      </Button>
    </div>
  );
}
