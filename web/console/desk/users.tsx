/** Finding a fan. */
import { ask } from '../../client/client.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { say } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Table } from '../parts/table.tsx';
import { place } from '../router.ts';
import { moment } from './moments.ts';
import { fieldOf, goTo, queryOf } from './query.ts';
import { UserLink } from './reservations.tsx';
import './desk.css';

const words = {
  ko: {
    title: '이용자',
    text: '예매, 지갑, 대기 순서를 한곳에서 볼 수 있어요.',
    q: '이름이나 이메일의 일부, 또는 이용자 번호의 앞부분',
    find: '찾기',
    none: '찾는 이용자가 없어요. 글자를 줄여서 다시 찾아보세요.',
    start: '이름, 이메일, 이용자 번호로 찾아보세요.',
    more: '50명이 넘어요. 더 자세히 적어 주세요.',
    who: '이용자',
    email: '이메일',
    role: '권한',
    since: '가입',
    outside: '외부 로그인',
    operator: '운영자',
  },
  en: {
    title: 'Users',
    text: 'The reservations, wallet and places in line of a user, in one place.',
    q: 'Part of a name or e-mail, or the beginning of a user id',
    find: 'Find',
    none: 'No users found. Try fewer letters.',
    start: 'Search by name, e-mail or user id.',
    more: 'There are more than 50. Type more.',
    who: 'User',
    email: 'E-mail',
    role: 'Role',
    since: 'Since',
    outside: 'Signs in elsewhere',
    operator: 'Operator',
  },
};

export function Users() {
  const said = say(words);
  const q = queryOf(place.value).get('q') ?? '';
  return (
    <>
      <PageHead title={said.title}>{said.text}</PageHead>
      <form
        class="filters"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          goTo('/console/users', { q: fieldOf(event.currentTarget, 'q') });
        }}
      >
        <label class="field grow">
          <span>{said.q}</span>
          <input key={q} class="box" type="search" name="q" defaultValue={q} maxLength={200} autoFocus />
        </label>
        <Button type="submit" size="small" kind="plain">
          {said.find}
        </Button>
      </form>
      {q === '' ? <p class="empty">{said.start}</p> : <Found key={q} q={q} />}
    </>
  );
}

function Found({ q }: { readonly q: string }) {
  const said = say(words);
  const load = useLoad(q, (signal) => ask('findUsers', { query: { q }, signal }));
  return (
    <Loaded of={load} skeleton={<Skeleton height="10rem" />}>
      {({ users, more }) => (
        <>
          <Table
            caption={said.title}
            rows={users}
            keyOf={({ id }) => id}
            empty={said.none}
            columns={[
              { key: 'who', title: said.who, cell: ({ id, name }) => <UserLink id={id} name={name} /> },
              {
                key: 'email',
                title: said.email,
                cell: ({ email }) => email ?? <span class="quiet">{said.outside}</span>,
              },
              { key: 'role', title: said.role, cell: ({ role }) => (role === 'operator' ? said.operator : '') },
              {
                key: 'since',
                title: said.since,
                cell: ({ createdAt }) => (createdAt === null ? '–' : moment(createdAt)),
              },
            ]}
          />
          {more && (
            <p class="small" role="status">
              {said.more}
            </p>
          )}
        </>
      )}
    </Loaded>
  );
}
