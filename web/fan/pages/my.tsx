/** My page: tickets, seats that wait to be paid, what is over; the wallet with its history; leaving this device or all. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { ask } from '../../client/client.ts';
import { asProblem, problem, type Problem } from '../../client/problem.ts';
import { loadUser, signOut, user } from '../../client/session.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded, useLoad, useReloadWhenSeen } from '../../ui/load.tsx';
import { Refused } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { language, say } from '../../words/words.ts';
import { concertChanged, concertOf } from '../concerts.ts';
import { placesSettled } from '../places.ts';
import { go } from '../router.ts';
import { isCalledOff, type Reservation } from '../reservation.ts';
import { Lines } from '../lines.tsx';
import { useTitle } from '../title.ts';
import type { Owned } from '../reservation-line.tsx';
import { Reservations } from '../reservations.tsx';
import { Wallet } from '../wallet/wallet.tsx';
import './my.css';

const words = {
  ko: {
    title: '내 예매',
    hello: (name: string) => `${name} 님`,
    leave: '로그아웃',
    leaveAll: '모든 기기에서 로그아웃',
    leaveHint: '휴대전화나 다른 컴퓨터에서도 모두 로그아웃돼요.',
    account: '계정',
  },
  en: {
    title: 'My tickets',
    hello: (name: string) => name,
    leave: 'Sign out',
    leaveAll: 'Sign out everywhere',
    leaveHint: 'Signs you out on your phone and every other device too.',
    account: 'Account',
  },
};

/** A reservation is shown even if its concert cannot be read just now. */
async function withConcerts(reservations: readonly Reservation[]): Promise<Owned[]> {
  const off = reservations.filter(isCalledOff).map(({ concertId }) => concertId);
  for (const concertId of new Set(off)) concertChanged(concertId);
  return Promise.all(
    reservations.map(async (reservation) => ({
      reservation,
      concert: await concertOf(reservation.concertId).catch(() => undefined),
    })),
  );
}

const page_size = 100;

export function My() {
  const said = say(words);
  useTitle(said.title);
  if (user.value === null) {
    return (
      <div class="stack">
        <h1>{said.title}</h1>
        <Refused problem={problem({ code: 'UNAUTHENTICATED' })} />
      </div>
    );
  }
  return (
    <div class="my">
      <header>
        <h1>{said.title}</h1>
        {user.value && <p class="quiet">{said.hello(user.value.name)}</p>}
      </header>
      <Tickets />
      <Wallet />
      <Account />
    </div>
  );
}

function Tickets() {
  const load = useLoad(`mine ${language.value}`, async (signal) => {
    const [{ reservations }] = await Promise.all([
      ask('listReservations', { query: { limit: page_size }, signal }),
      // They stand above, and would push what is there already down.
      placesSettled(),
    ]);
    return withConcerts(reservations);
  });
  useReloadWhenSeen(load);
  useSignalEffect(() => {
    const now = load.state.value;
    // Signed out elsewhere: neither the name nor the money of whoever it was stays on the screen.
    if (now.at === 'failed' && now.problem.code === 'UNAUTHENTICATED') loadUser().catch(() => undefined);
  });
  return (
    <div class="tickets-part stack wide">
      {load.state.value.at !== 'loading' && <Lines />}
      <Loaded of={load} skeleton={<Skeleton height="14rem" />}>
        {(owned) => <Reservations owned={owned} onChange={() => load.reload()} />}
      </Loaded>
    </div>
  );
}

function Account() {
  const said = say(words);
  const busy = useSignal<'here' | 'all' | undefined>(undefined);
  const refused = useSignal<Problem | undefined>(undefined);
  const leave = async (everywhere: boolean): Promise<void> => {
    if (busy.value !== undefined) return;
    busy.value = everywhere ? 'all' : 'here';
    refused.value = undefined;
    try {
      await signOut({ everywhere });
      go('/');
    } catch (error) {
      refused.value = asProblem(error);
    }
    busy.value = undefined;
  };
  return (
    <section class="account-part stack">
      <h2>{said.account}</h2>
      <p class="quiet small">{user.value?.email}</p>
      {refused.value !== undefined && <Refused problem={refused.value} />}
      <div class="row">
        <Button kind="plain" busy={busy.value === 'here'} onPress={() => void leave(false)}>
          {said.leave}
        </Button>
        <Button kind="plain" busy={busy.value === 'all'} onPress={() => void leave(true)}>
          {said.leaveAll}
        </Button>
      </div>
      <p class="quiet small">{said.leaveHint}</p>
    </section>
  );
}
