/** What was done behind the counter: who, when, and what it was before and after. Nobody can change it, here or anywhere. */
import { useSignal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { asProblem, type Problem } from '../../client/problem.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Refused } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted, countdown } from '../../words/language.ts';
import { date, language, number, say, titleIn } from '../../words/words.ts';
import { toldOf } from '../live/draft.ts';
import { settingWords } from '../live/setting-words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { place } from '../router.ts';
import { DeedOf, isDeed } from './deeds.tsx';
import { policyIn } from './policy.ts';
import './log.css';

const words = {
  ko: {
    title: '작업 기록',
    text: '운영자가 한 모든 작업이에요. 추가만 되고, 고치거나 지울 수 없어요.',
    of: (title: string) => `‘${title}’ 공연의 작업 기록만 보고 있어요.`,
    all: '모든 공연 보기',
    at: '시각',
    who: '운영자',
    what: '작업',
    where: '공연',
    how: '이전 → 이후',
    service: '서비스 자동',
    unknown: '알 수 없는 운영자',
    same: '바뀐 값 없음',
    running: '입장 중',
    pausedFor: (reason: string) => `멈춤: ${reason}`,
    dates: (count: number) => `회차 ${count}개`,
    empty: '아직 작업 기록이 없어요.',
    more: '더 보기',
    on: '켬',
    off: '끔',
    actions: {
      CREATE_CONCERT: '공연 등록',
      CHANGE_SETTINGS: '설정 변경',
      CANCEL_RESERVATION: '예매 대신 취소',
      CALL_OFF_PERFORMANCE: '회차 취소',
      MOVE_PERFORMANCE: '일정 변경',
    } as Readonly<Record<string, string>>,
  },
  en: {
    title: 'Log',
    text: 'Everything that operators did. It only grows: nothing in it can be changed or deleted.',
    of: (title: string) => `Only what was done to ${title}.`,
    all: 'Show all concerts',
    at: 'When',
    who: 'Who',
    what: 'What',
    where: 'Concert',
    how: 'Before → after',
    service: 'The service itself',
    unknown: 'Unknown operator',
    same: 'No value changed',
    running: 'running',
    pausedFor: (reason: string) => `paused: ${reason}`,
    dates: (count: number) => counted(count, 'performance'),
    empty: 'Nothing has been done yet.',
    more: 'Show more',
    on: 'on',
    off: 'off',
    actions: {
      CREATE_CONCERT: 'Created a concert',
      CHANGE_SETTINGS: 'Changed settings',
      CANCEL_RESERVATION: 'Cancelled for a fan',
      CALL_OFF_PERFORMANCE: 'Called a date off',
      MOVE_PERFORMANCE: 'Moved a date',
    } as Readonly<Record<string, string>>,
  },
};

type Said = (typeof words)['ko'];
export type Entry = Reply<'listOperatorLog'>['entries'][number];

const page_limit = 50;

export function Log() {
  const said = say(words);
  const concertId = new URLSearchParams(place.value.split('?')[1]).get('concert') ?? undefined;
  const page = (cursor: string | undefined, signal?: AbortSignal) =>
    ask('listOperatorLog', {
      query: { limit: page_limit, ...(concertId && { concertId }), ...(cursor && { cursor }) },
      ...(signal && { signal }),
    });
  const first = useLoad(concertId ?? '', (signal) => page(undefined, signal));
  const state = first.state.value;
  const title = state.at === 'ready' ? state.data.entries[0]?.concertTitle : undefined;
  return (
    <>
      <PageHead
        title={said.title}
        actions={
          concertId !== undefined && (
            <ButtonLink kind="plain" size="small" href="/console/log">
              {said.all}
            </ButtonLink>
          )
        }
      >
        {concertId !== undefined && title ? said.of(titleIn(title)[0]) : said.text}
      </PageHead>
      <Loaded of={first} skeleton={<Skeleton height="20rem" />}>
        {({ entries, nextCursor }) => (
          <Entries key={entries[0]?.id} first={entries} cursor={nextCursor} older={(cursor) => page(cursor)} />
        )}
      </Loaded>
    </>
  );
}

interface EntriesProps {
  readonly first: readonly Entry[];
  readonly cursor: string | null;
  readonly older: (cursor: string) => Promise<Reply<'listOperatorLog'>>;
}

function Entries({ first, cursor, older }: EntriesProps) {
  const said = say(words);
  const more = useSignal<readonly Entry[]>([]);
  const next = useSignal(cursor);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const load = async (): Promise<void> => {
    if (next.value === null) return;
    busy.value = true;
    problem.value = undefined;
    try {
      const { entries, nextCursor } = await older(next.value);
      more.value = [...more.value, ...entries];
      next.value = nextCursor;
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  return (
    <div class="stack">
      <Table
        caption={said.title}
        columns={columnsIn(said)}
        rows={[...first, ...more.value]}
        keyOf={({ id }) => id}
        empty={said.empty}
      />
      {problem.value !== undefined && <Refused problem={problem.value} />}
      {next.value !== null && (
        <div>
          <Button kind="plain" size="small" busy={busy.value} onPress={() => void load()}>
            {said.more}
          </Button>
        </div>
      )}
    </div>
  );
}

function columnsIn(said: Said): readonly Column<Entry>[] {
  return [
    { key: 'at', title: said.at, cell: ({ at }) => <When at={at} /> },
    { key: 'who', title: said.who, cell: ({ operator }) => whoIn(said, operator) },
    { key: 'what', title: said.what, cell: ({ action }) => <span class="deed">{said.actions[action] ?? action}</span> },
    {
      key: 'where',
      title: said.where,
      cell: ({ concertId, concertTitle }) => (
        <a href={`/console/concerts/${concertId}`}>{concertTitle === null ? concertId : titleIn(concertTitle)[0]}</a>
      ),
    },
    {
      key: 'how',
      title: said.how,
      cell: (entry) => (isDeed(entry) ? <DeedOf entry={entry} /> : <Differences entry={entry} />),
    },
  ];
}

function whoIn(said: Said, operator: Entry['operator']) {
  if (operator === null) return <span class="quiet">{said.service}</span>;
  return operator.email ?? <span class="quiet">{said.unknown}</span>;
}

function When({ at }: { readonly at: string }) {
  const time = new Intl.DateTimeFormat(language.value === 'ko' ? 'ko-KR' : 'en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: 'Asia/Seoul',
  }).format(new Date(at));
  return (
    <time class="at" dateTime={at}>
      {time} KST <span class="quiet small">{date(at)}</span>
    </time>
  );
}

/** A pause is told by its texts, be it one for everybody or one for each language. */
function readable({ pauseReasons, ...values }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const texts = toldOf((pauseReasons ?? null) as Parameters<typeof toldOf>[0]);
  return texts === null ? values : { ...values, paused: { reason: texts } };
}

function Differences({ entry }: { readonly entry: Entry }) {
  const said = say(words);
  const before = entry.before && readable(entry.before);
  const after = readable(entry.after ?? {});
  const names = Object.keys(after).filter((name) => !isSame(before?.[name], after[name]));
  if (names.length === 0) return <span class="quiet">{said.same}</span>;
  return (
    <dl class={before === null ? 'differences made' : 'differences'}>
      {names.map((name) => (
        <div key={name}>
          <dt>{say(settingWords)[name] ?? name}</dt>
          <dd>
            {before !== null && <s>{valueOf(said, name, before[name])}</s>}
            {before !== null && ' → '}
            <strong>{valueOf(said, name, after[name])}</strong>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function valueOf(said: Said, name: string, value: unknown): string {
  if (name === 'paused') {
    return value === null ? said.running : said.pausedFor((value as { reason: string }).reason);
  }
  if (name === 'refundPolicy') return policyIn(value);
  if (typeof value === 'boolean') return value ? said.on : said.off;
  if (typeof value === 'number') return name.endsWith('Seconds') ? countdown(value) : number(value);
  if (Array.isArray(value)) return said.dates(value.length);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
