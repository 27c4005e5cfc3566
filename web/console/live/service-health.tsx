/** How the servers and the database do. */
import type { ReplyOf } from '../../../src/contract.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { number, say } from '../../words/words.ts';
import { Panel } from '../parts/panel.tsx';
import { Stat } from '../parts/stat.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { service, type Service } from './watch.ts';

const words = {
  ko: {
    title: '서버와 데이터베이스',
    none: '최근 15초 안에 기록을 남긴 서버가 없어요. 방금 시작했다면 곧 나와요.',
    servers: '작동 중인 서버',
    answer: 'DB 응답',
    slowAnswer: '데이터베이스 응답이 느려요',
    connections: 'DB 연결',
    connectionsFull: '데이터베이스 연결이 거의 다 찼어요',
    replicas: '복제 서버',
    server: '서버',
    requests: '요청 / 초',
    errors: '오류 / 분',
    loop: '최대 지연',
    commit: '커밋',
    seen: '마지막 기록',
    ago: (seconds: number) => `${seconds}초 전`,
  },
  en: {
    title: 'Servers and database',
    none: 'No server has reported within 15 seconds. One that has just started soon will.',
    servers: 'Servers running',
    answer: 'DB answers in',
    slowAnswer: 'The database is slow to answer',
    connections: 'DB connections',
    connectionsFull: 'The database connections are nearly used up',
    replicas: 'Replicas',
    server: 'Server',
    requests: 'Requests / s',
    errors: 'Errors / min',
    loop: 'Longest stall',
    commit: 'Commit',
    seen: 'Last report',
    ago: (seconds: number) => `${seconds} s ago`,
  },
};

type Server = ReplyOf<'getService', 200>['servers'][number];

/** Beyond these something is wrong, however the sale goes. */
const answer_ms_max = 250;
const loop_ms_max = 250;
const commit_ms_max = 250;
const connections_share_max = 0.85;

const ms = (value: number | null): string => (value === null ? '–' : `${number(Math.round(value))} ms`);

function late(value: number | null, max: number) {
  return <span class={value !== null && value > max ? 'alarm' : ''}>{ms(value)}</span>;
}

function columnsIn(said: (typeof words)['ko']): readonly Column<Server>[] {
  return [
    { key: 'id', title: said.server, cell: ({ id }) => <code>{id}</code> },
    { key: 'requests', title: said.requests, kind: 'number', cell: (one) => number(one.requestsPerSecond) },
    {
      key: 'errors',
      title: said.errors,
      kind: 'number',
      cell: ({ errorsPerMinute: errors }) => <span class={errors > 0 ? 'alarm' : ''}>{number(errors)}</span>,
    },
    { key: 'loop', title: said.loop, kind: 'number', cell: ({ loopMs }) => late(loopMs, loop_ms_max) },
    { key: 'commit', title: said.commit, kind: 'number', cell: ({ commitMs }) => late(commitMs, commit_ms_max) },
    { key: 'seen', title: said.seen, kind: 'number', cell: (one) => said.ago(Math.round(one.seenSecondsAgo)) },
  ];
}

const isNearlyFull = ({ database: { connections, connectionsMax } }: Service): boolean =>
  connections > connectionsMax * connections_share_max;

/** Something of it would be vermilion. False before the first answer. */
export function isUnwell(): boolean {
  const now = service.value;
  if (now === undefined) return false;
  const isLate = now.servers.some(
    ({ errorsPerMinute, loopMs, commitMs }) =>
      errorsPerMinute > 0 || loopMs > loop_ms_max || (commitMs ?? 0) > commit_ms_max,
  );
  return now.servers.length === 0 || isNearlyFull(now) || now.database.answerMs > answer_ms_max || isLate;
}

export function ServiceHealth() {
  const said = say(words);
  const now = service.value;
  if (now === undefined) {
    return (
      <Panel title={said.title}>
        <Skeleton height="6rem" />
      </Panel>
    );
  }
  const { connections, connectionsMax, replicas, answerMs } = now.database;
  const full = isNearlyFull(now);
  return (
    <Panel title={said.title} kind={now.servers.length === 0 || full ? 'alarm' : 'plain'}>
      <div class="stack">
        <dl class="stats small-stats">
          <Stat
            label={said.servers}
            value={number(now.servers.length)}
            alarm={now.servers.length === 0 ? said.none : undefined}
          />
          <Stat
            label={said.answer}
            value={ms(answerMs)}
            alarm={answerMs > answer_ms_max ? said.slowAnswer : undefined}
          />
          <Stat
            label={said.connections}
            value={number(connections)}
            of={`/ ${number(connectionsMax)}`}
            alarm={full ? said.connectionsFull : undefined}
          />
          <Stat label={said.replicas} value={number(replicas)} />
        </dl>
        <Table
          caption={said.servers}
          rows={now.servers}
          keyOf={({ id }) => id}
          empty={said.none}
          columns={columnsIn(said)}
        />
      </div>
    </Panel>
  );
}
