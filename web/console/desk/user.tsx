/** One fan: money, reservations and places in line, each with what an operator is asked about. */
import { ask, type Reply } from '../../client/client.ts';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { money, number, say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat } from '../parts/stat.tsx';
import { Table } from '../parts/table.tsx';
import { entryKinds } from '../../words/entry-kinds.ts';
import { place } from '../router.ts';
import { DownloadButton } from './download.tsx';
import { moment } from './moments.ts';
import { PagesOf } from './pages-of.tsx';
import { queryOf } from './query.ts';
import { ReservationTable, useConcerts } from './reservations.tsx';
import { ConditionOf } from './states.tsx';
import { OrdersAndWithdrawals } from './user-money.tsx';
import { userWords } from './user-words.ts';
import './desk.css';

type Person = Reply<'getUser'>;

export function User() {
  const said = say(userWords);
  const id = queryOf(place.value).get('id') ?? '';
  const load = useLoad(id, (signal) => ask('getUser', { query: { userId: id }, signal }));
  const state = load.state.value;
  if (state.at === 'failed' && state.problem.code === 'NOT_FOUND') {
    return (
      <>
        <PageHead title={said.title} />
        <p class="empty">
          {said.nobody} <a href="/console/users">{said.find}</a>
        </p>
      </>
    );
  }
  return (
    <>
      {state.at !== 'ready' && <PageHead title={said.title} />}
      <Loaded of={load} skeleton={<Skeleton height="20rem" />}>
        {(found) => <Person person={found} />}
      </Loaded>
    </>
  );
}

function Person({ person }: { readonly person: Person }) {
  const said = say(userWords);
  const { id, name, email, createdAt, role } = person;
  return (
    <>
      <PageHead title={name ?? id}>
        <code>{id}</code> {email ?? said.outside} {createdAt !== null && said.since(moment(createdAt))}{' '}
        {role === 'operator' && said.operator}
      </PageHead>
      <Money person={person} />
      <OrdersAndWithdrawals key={id} userId={id} />
      <Panel title={said.reservations}>
        <PagesOf
          asked={id}
          read={async (cursor, signal) => {
            const query = { userId: id, ...(cursor === undefined ? {} : { cursor }) };
            const page = await ask('listAllReservations', { query, ...(signal === undefined ? {} : { signal }) });
            return { rows: page.reservations, nextCursor: page.nextCursor };
          }}
        >
          {(rows) => <ReservationTable rows={rows} empty={said.noReservation} />}
        </PagesOf>
      </Panel>
      <Places person={person} />
    </>
  );
}

function Money({ person: { id, wallet } }: { readonly person: Person }) {
  const said = say(userWords);
  return (
    <Panel title={said.wallet} kind={wallet.adds ? 'plain' : 'alarm'}>
      <div class="stack">
        <dl class="stats">
          <Stat label={said.balance} value={money(wallet.balance)} alarm={wallet.adds ? undefined : said.addsNot} />
          <Stat label={said.charged} value={money(wallet.charged)} />
          <Stat label={said.paid} value={money(wallet.paid)} />
          {(['refunded', 'compensated', 'withdrawn', 'reversed'] as const).map(
            (what) => wallet[what] !== 0 && <Stat key={what} label={said[what]} value={money(wallet[what])} />,
          )}
          {wallet.owed > 0 && <Stat label={said.owed} value={money(wallet.owed)} alarm={said.owedText} />}
          <Stat label={said.entries} value={number(wallet.entries)} />
        </dl>
        {!wallet.adds && <p class="alarm">{said.addsNot}</p>}
        {wallet.owed > 0 && <p class="small quiet">{said.owedText}</p>}
        {wallet.entries > 0 && <DownloadButton of="exportLedger" asked={{ query: { userId: id } }} />}
        <Ledger userId={id} />
      </div>
    </Panel>
  );
}

function Ledger({ userId }: { readonly userId: string }) {
  const said = say(userWords);
  return (
    <PagesOf
      asked={userId}
      read={async (cursor, signal) => {
        const query = { userId, limit: 20, ...(cursor === undefined ? {} : { cursor }) };
        const page = await ask('listUserEntries', { query, ...(signal === undefined ? {} : { signal }) });
        return { rows: page.entries, nextCursor: page.nextCursor };
      }}
    >
      {(rows) => (
        <Table
          caption={said.ledger}
          rows={rows}
          keyOf={({ id }) => id}
          empty={said.noEntry}
          columns={[
            { key: 'at', title: said.at, cell: ({ at }) => <time dateTime={at}>{moment(at)}</time> },
            { key: 'kind', title: said.kind, cell: ({ kind }) => say(entryKinds)[kind] },
            {
              key: 'amount',
              title: said.amount,
              kind: 'number',
              cell: ({ amount }) => `${amount > 0 ? '+' : ''}${money(amount)}`,
            },
            { key: 'balance', title: said.after, kind: 'number', cell: ({ balance }) => money(balance) },
            { key: 'reference', title: said.reference, cell: ({ reference }) => <code>{reference}</code> },
          ]}
        />
      )}
    </PagesOf>
  );
}

function Places({ person: { places, morePlaces } }: { readonly person: Person }) {
  const said = say(userWords);
  const concerts = useConcerts();
  const titleOf = (id: string): string => titleIn(concerts.find((concert) => concert.id === id)?.title ?? id)[0];
  return (
    <Panel title={said.places} aside={morePlaces ? said.morePlaces : undefined}>
      <Table
        caption={said.places}
        rows={places}
        keyOf={({ concertId, number: drawn }) => `${concertId} ${drawn}`}
        empty={said.noPlace}
        columns={[
          { key: 'concert', title: said.concert, cell: ({ concertId }) => titleOf(concertId) },
          { key: 'number', title: said.number, kind: 'number', cell: ({ number: drawn }) => number(drawn) },
          {
            key: 'status',
            title: said.state,
            cell: ({ status, position, endedBecause }) => (
              <>
                <ConditionOf of={status === 'EXPIRED' ? (endedBecause ?? 'ENDED') : status} />
                {position !== null && <span class="quiet"> {said.position(number(position))}</span>}
              </>
            ),
          },
          { key: 'issued', title: said.issued, cell: ({ issuedAt }) => timeOr(issuedAt) },
          { key: 'admitted', title: said.admitted, cell: ({ admittedAt }) => timeOr(admittedAt) },
          {
            key: 'ended',
            title: said.ended,
            cell: ({ endedAt, expiresAt }) =>
              expiresAt === null ? (
                timeOr(endedAt)
              ) : (
                <span class="quiet">{said.until(moment(expiresAt).slice(11))}</span>
              ),
          },
        ]}
      />
    </Panel>
  );
}

function timeOr(time: string | null) {
  return time === null ? '–' : <time dateTime={time}>{moment(time)}</time>;
}
