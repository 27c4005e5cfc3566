/** Sales as a table, by grade or by date, with its sum. */
import type { ComponentChildren } from 'preact';
import { Bar } from '../../ui/bar.tsx';
import { money, number, say } from '../../words/words.ts';
import { salesWords, type Sales } from './sales-words.ts';

type Counts = Sales['total'];

/** Rounded down: what is not sold out never says 100 %. */
export function shareOf({ sold, seats }: Counts): string {
  return `${number(seats === 0 ? 0 : Math.floor((sold / seats) * 1_000) / 10)}%`;
}

export interface CountedProps {
  /** Seen and read aloud. */
  readonly caption: string;
  /** The head of the first column. */
  readonly first: string;
  readonly rows: readonly {
    readonly key: string;
    readonly name: ComponentChildren;
    readonly counts: Counts;
  }[];
  readonly sum: Counts | undefined;
  /** Something was given back: then it is told what. */
  readonly withCancelled: boolean;
}

/** A table with its sum; many rows scroll inside it, between head and sum. */
export function Counted({ caption, first, rows, sum, withCancelled }: CountedProps) {
  const said = say(salesWords);
  const back = withCancelled ? [said.cancelled, said.refunds] : [];
  return (
    <div class="table sales-table" tabindex={0} role="group" aria-label={caption}>
      <table>
        <caption key={caption}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {[said.soldOf, said.revenue, said.share, said.held, said.free, ...back].map((head) => (
              <th key={head} scope="col" class="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, counts }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <Cells of={counts} withCancelled={withCancelled} />
            </tr>
          ))}
        </tbody>
        {sum !== undefined && (
          <tfoot>
            <tr>
              <th scope="row">{said.sum}</th>
              <Cells of={sum} withCancelled={withCancelled} />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Cells({ of, withCancelled }: { readonly of: Counts; readonly withCancelled: boolean }) {
  const { sold, seats, held, available, net, cancelled, refunds } = of;
  return (
    <>
      <td class="number" translate={false}>
        {number(sold)} <span class="quiet">/ {number(seats)}</span>
      </td>
      <td class="number" translate={false}>
        {money(net)}
      </td>
      <td class="number share" translate={false}>
        {shareOf(of)}
        <Bar share={seats === 0 ? 0 : sold / seats} />
      </td>
      <td class={`number ${held === 0 ? 'quiet' : ''}`} translate={false}>
        {number(held)}
      </td>
      <td class="number" translate={false}>
        {number(available)}
      </td>
      {withCancelled && (
        <>
          <td class={`number ${cancelled === 0 ? 'quiet' : ''}`} translate={false}>
            {number(cancelled)}
          </td>
          <td class={`number ${refunds === 0 ? 'quiet' : ''}`} translate={false}>
            {money(refunds)}
          </td>
        </>
      )}
    </>
  );
}
