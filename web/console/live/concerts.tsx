/** All concerts, as they go right now. */
import { ask } from '../../client/client.ts';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { number, say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Table } from '../parts/table.tsx';

const words = {
  ko: { title: '지금', concert: '공연', sold: '판매', empty: '아직 공연이 없어요.' },
  en: { title: 'Live', concert: 'Concert', sold: 'Sold', empty: 'There is no concert yet.' },
};

export function Concerts() {
  const said = say(words);
  const concerts = useLoad('concerts', (signal) => ask('listConcerts', { signal }));
  return (
    <>
      <PageHead title={said.title} />
      <Loaded of={concerts} skeleton={<Skeleton height="12rem" />}>
        {({ concerts: rows }) => (
          <Table
            caption={said.title}
            rows={rows}
            keyOf={({ id }) => id}
            empty={said.empty}
            columns={[
              { key: 'title', title: said.concert, cell: ({ title }) => titleIn(title)[0] },
              {
                key: 'sold',
                title: said.sold,
                kind: 'number',
                cell: ({ seatsSold, seatsTotal }) => `${number(seatsSold)} / ${number(seatsTotal)}`,
              },
            ]}
          />
        )}
      </Loaded>
    </>
  );
}
