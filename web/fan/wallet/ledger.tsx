/** Everything that ever moved the wallet, newest first. */
import { ask, type Reply } from '../../client/client.ts';
import { entryKinds } from '../../words/entry-kinds.ts';
import { dateAndTime, money, say } from '../../words/words.ts';
import { More, usePaged, type Part } from '../more.tsx';

export type Entries = Reply<'listWalletEntries'>;
type Entry = Entries['entries'][number];

const page_size = 20;
/** Of what went out, what cost nothing, and what came in. */
const signs = ['−', '', '+'];

const words = {
  ko: {
    none: '아직 거래가 없어요.',
    cameBack: '출금 취소',
    when: '일시',
    what: '내용',
    amount: '금액',
    after: '잔액',
  },
  en: {
    none: 'No transactions yet.',
    cameBack: 'Withdrawal returned',
    when: 'When',
    what: 'What',
    amount: 'Amount',
    after: 'Balance',
  },
};

const partOf = ({ entries, nextCursor }: Entries): Part<Entry> => ({ items: entries, nextCursor });

export async function askEntries(query: { cursor?: string } = {}, signal?: AbortSignal): Promise<Entries> {
  return ask('listWalletEntries', { query: { limit: page_size, ...query }, ...(signal !== undefined && { signal }) });
}

/** What a movement is called: what could not be sent back comes back as a withdrawal that is positive. */
function nameOf({ kind, amount }: Entry, said: (typeof words)['ko']): string {
  return kind === 'WITHDRAWAL' && amount > 0 ? said.cameBack : say(entryKinds)[kind];
}

export function Ledger({ first }: { readonly first: Entries }) {
  const said = say(words);
  const paged = usePaged(partOf(first), async (cursor) => partOf(await askEntries({ cursor })));
  if (paged.items.length === 0) return <p class="quiet">{said.none}</p>;
  return (
    <>
      <table class="history">
        <thead class="hidden">
          <tr>
            <th scope="col">{said.what}</th>
            <th scope="col">{said.when}</th>
            <th scope="col">{said.amount}</th>
            <th scope="col">{said.after}</th>
          </tr>
        </thead>
        <tbody>
          {paged.items.map((entry) => (
            <tr key={entry.id}>
              <td>{nameOf(entry, said)}</td>
              <td class="quiet">{dateAndTime(entry.at)}</td>
              <td class={entry.amount > 0 ? 'in' : 'out'}>
                {signs[Math.sign(entry.amount) + 1]}
                {money(Math.abs(entry.amount))}
              </td>
              <td class="quiet">{money(entry.balance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <More of={paged} />
    </>
  );
}
