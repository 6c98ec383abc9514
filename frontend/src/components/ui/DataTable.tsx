import type { ReactNode } from "react";
import "./table.css";

export type Column<Row> = {
  key: string;
  label: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
  isMono?: boolean;
  /** Sentences rather than names: room for them before other columns take it. */
  isWide?: boolean;
};

type DataTableProps<Row> = {
  caption: string;
  /** The first one names the row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
};

function classOf<Row>({ isNumber, isMono, isWide }: Column<Row>): string | undefined {
  return (
    [isNumber && "number", isMono && "mono", isWide && "wide"].filter(Boolean).join(" ") ||
    undefined
  );
}

/** A real table on a desk; on a phone each row is a card whose cells name themselves. */
export function DataTable<Row>({ caption, columns, rows, keyOf }: DataTableProps<Row>) {
  const [first, ...others] = columns;
  if (!first) return null;
  return (
    <table className="data-table">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col" className={column.isNumber ? "number" : undefined}>
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            <th scope="row" data-label={first.label}>
              {first.cell(row)}
            </th>
            {others.map((column) => (
              <td key={column.key} data-label={column.label} className={classOf(column)}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
