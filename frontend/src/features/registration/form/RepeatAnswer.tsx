import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/ui/Button";
import { ErrorIcon } from "@/components/ui/field";
import { useMessages } from "@/lib/i18n/i18n";
import { controlId, type FieldProps, type Path, useForm } from "./context";

type RepeatProps = FieldProps & { renderItem: (base: Path) => ReactNode };

/** A list of like items; with a `count` the form itself says how many, otherwise the participant adds and removes. */
export function RepeatAnswer({ field, path, pointer, screen, value, renderItem }: RepeatProps) {
  const form = useForm();
  const t = useMessages();
  const list = useRef<HTMLOListElement>(null);
  const focusNext = useRef<number | null>(null);
  const given = Array.isArray(value) ? value : [];
  const items =
    screen.count === null
      ? given
      : Array.from({ length: screen.count }, (_, index) => given[index] ?? {});
  const label = form.text(field.label);
  const error = form.errorAt(pointer);
  const free = screen.count === null && !field.read_only;
  const mayAdd = free && (field.max_items === undefined || items.length < field.max_items);
  const mayRemove = free && items.length > (field.min_items ?? 0);

  // A counted repeat has its items before anything is typed in them.
  const missing = screen.count !== null && given.length !== screen.count;
  useEffect(() => {
    if (missing) form.change(path, items);
  });

  useEffect(() => {
    if (focusNext.current === null) return;
    const item = list.current?.children[focusNext.current] as HTMLElement | undefined;
    (item ?? document.getElementById(controlId(pointer)))?.focus();
    focusNext.current = null;
  });

  return (
    <fieldset
      className="group repeat"
      aria-describedby={error ? `${controlId(pointer)}-error` : undefined}
    >
      <legend>{form.shown(field.label)}</legend>
      {field.hint && <p className="field-hint">{form.text(field.hint)}</p>}
      {items.length === 0 && <p className="soft small">{t.fields.noItems}</p>}
      <ol className="repeat-items" ref={list}>
        {items.map((_, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: an item has no identity but its place, as in the answers themselves
            key={index}
            className="repeat-item"
            tabIndex={-1}
            aria-label={t.fields.item(label, index + 1)}
          >
            <div className="row between">
              <p className="repeat-title">{t.fields.item(label, index + 1)}</p>
              {mayRemove && (
                <Button
                  variant="quiet"
                  aria-label={t.fields.removeItem(t.fields.item(label, index + 1))}
                  onPress={() => {
                    focusNext.current = Math.max(0, index - 1);
                    form.change(
                      path,
                      items.filter((_item, other) => other !== index),
                    );
                  }}
                >
                  {t.fields.removeItem("").trim()}
                </Button>
              )}
            </div>
            {renderItem([...path, index])}
          </li>
        ))}
      </ol>
      {mayAdd && (
        <div>
          <Button
            id={controlId(pointer)}
            onPress={() => {
              focusNext.current = items.length;
              form.change(path, [...items, form.screen.newItem(path)]);
            }}
          >
            + {t.fields.addItem(label)}
          </Button>
        </div>
      )}
      {error && (
        <span className="field-error" id={`${controlId(pointer)}-error`}>
          <ErrorIcon />
          <span>{error}</span>
        </span>
      )}
    </fieldset>
  );
}
