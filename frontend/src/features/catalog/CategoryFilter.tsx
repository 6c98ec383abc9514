import { useMessages, useText } from "@/lib/i18n/i18n";
import { useCategories } from "./queries";

/** Categories as one row of radio buttons that look like tags. */
export function CategoryFilter({
  value,
  onChange,
}: {
  value: string;
  onChange: (slug: string) => void;
}) {
  const t = useMessages();
  const text = useText();
  const categories = useCategories().data ?? [];
  if (categories.length === 0) return null;
  const options = [
    { slug: "", title: t.catalog.allCategories },
    ...categories.map((category) => ({ slug: category.slug, title: text(category.title) })),
  ];
  return (
    <fieldset className="tags">
      <legend className="field-label">{t.catalog.category}</legend>
      <div className="tags-row">
        {options.map((option) => (
          <label key={option.slug} className="tag">
            <input
              type="radio"
              name="category"
              className="visually-hidden"
              checked={option.slug === value}
              onChange={() => onChange(option.slug)}
            />
            <span>{option.title}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
