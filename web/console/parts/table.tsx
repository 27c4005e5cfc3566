/** A dense table that scrolls sideways inside itself where it does not fit. */
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  readonly key: string;
  /** Never empty: read aloud with every cell. */
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand to the right. */
  readonly kind?: 'text' | 'number';
}

export interface TableProps<Row> {
  /** Read aloud as the table's name. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Stands in place of the rows when there is none. */
  readonly empty: ComponentChildren;
}

export function Table<Row>({ caption, columns, rows, keyOf, empty }: TableProps<Row>) {
  if (rows.length === 0) return <div class="empty">{empty}</div>;
  return (
    // Whoever has no pointer scrolls it by keyboard. No landmark: the panel around it is one, often of the same name.
    <div class="table" tabindex={0} role="group" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title, kind = 'text' }) => (
              <th key={key} scope="col" class={kind}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ key, cell, kind = 'text' }) => (
                <td key={key} class={kind}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
