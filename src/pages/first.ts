/** The first page: what this is, what it promises, and the walk from sign-up to a paid seat to try at once. */
import type { Language } from '../platform/language.ts';
import { escaped, frame } from './frame.ts';

interface Words {
  readonly title: string;
  readonly lead: string;
  readonly read: string;
  readonly try: string;
  readonly values: readonly (readonly [promise: string, how: string])[];
  readonly walk: string;
  readonly walkHint: string;
  readonly steps: readonly string[];
  readonly more: string;
  readonly links: readonly (readonly [address: string, what: string])[];
  readonly footer: string;
}

const words: Record<Language, Words> = {
  en: {
    title: 'The box office for the minute when everybody comes at once',
    lead: 'Maejin (매진) means “sold out”. It is an open-source ticket service: a fair waiting room, seats that are never sold twice, and a wallet that never loses a won.',
    read: 'Read the API',
    try: 'Try it from a terminal',
    values: [
      [
        'No seat is sold twice',
        'A seat is one row with one owner. Holding it is one statement that checks and changes at once.',
      ],
      [
        'No won is lost or made',
        'Every movement of money is two entries that sum to zero, written with the seats in one transaction.',
      ],
      ['The line is fair', 'One place for each fan, in order of arrival, kept even when the page is closed.'],
      ['A million can wait', 'Where you stand is arithmetic on a few shared numbers. No poll touches the database.'],
    ],
    walk: 'From the door to your seat',
    walkHint: 'Eight steps. Fill in what each answer gives you.',
    steps: [
      'Sign up; the answer has your access token.',
      'See what is on sale, and join the line.',
      'Ask where you stand until it is your turn: ACTIVE.',
      'See the dates.',
      'See the seats of a date.',
      'Hold one or more, all or none. The hold lasts five minutes.',
      'Top up your wallet, and look at the balance.',
      'Pay. The seats are yours, and the next in line comes in.',
    ],
    more: 'Also here',
    links: [
      ['/docs', 'Every endpoint, with its answers and refusals'],
      ['/api/openapi.json', 'The same as OpenAPI 3.1'],
      ['/problems/seat-unavailable', 'Each way to say no has a page that explains it'],
      ['/healthz', 'The process is alive'],
      ['/readyz', 'The database is reachable and migrated'],
      ['/metrics', 'Figures for Prometheus'],
    ],
    footer: 'Demo log-ins are printed where the server was started. MIT licence.',
  },
  ko: {
    title: '모두가 한꺼번에 몰려오는 1분을 위한 예매소',
    lead: '매진(賣盡)은 오픈 소스 콘서트 예매 서비스예요. 공정한 대기열, 두 번 팔리지 않는 좌석, 1원도 사라지지 않는 지갑을 약속해요.',
    read: 'API 문서 보기',
    try: '터미널에서 해 보기',
    values: [
      [
        '좌석은 두 번 팔리지 않아요',
        '좌석 하나에 주인은 한 명이에요. 확인과 선점이 SQL 한 문장에서 한꺼번에 이루어져요.',
      ],
      [
        '1원도 사라지거나 생기지 않아요',
        '돈의 모든 움직임은 합이 0인 두 항목으로, 좌석과 함께 한 트랜잭션에 기록돼요.',
      ],
      ['대기열은 공정해요', '한 사람에 하나씩, 온 순서대로예요. 화면을 닫아도 대기 순서는 그대로예요.'],
      [
        '백만 명이 기다려도 괜찮아요',
        '대기 순서는 공유된 숫자 몇 개로 계산해요. 확인할 때마다 데이터베이스를 읽지 않아요.',
      ],
    ],
    walk: '입구에서 좌석까지',
    walkHint: '여덟 단계예요. 앞 단계의 응답에서 받은 값을 채워 넣어 주세요.',
    steps: [
      '가입하면 응답에 액세스 토큰이 있어요.',
      '예매 중인 공연을 보고 대기열에 들어가요.',
      '내 차례(ACTIVE)가 될 때까지 대기 순서를 확인해요.',
      '예매할 수 있는 회차를 봐요.',
      '그 회차의 좌석을 봐요.',
      '좌석을 선점해요. 여러 석은 모두 되거나 모두 안 돼요. 선점은 5분 동안 유지돼요.',
      '지갑을 충전하고 잔액을 확인해요.',
      '결제하면 좌석이 확정되고, 다음 사람이 입장해요.',
    ],
    more: '함께 있는 것',
    links: [
      ['/docs', '모든 엔드포인트와 응답, 거절'],
      ['/api/openapi.json', '같은 내용의 OpenAPI 3.1 문서'],
      ['/problems/seat-unavailable', '거절마다 설명하는 페이지가 있어요'],
      ['/healthz', '프로세스가 살아 있는지 확인'],
      ['/readyz', '데이터베이스에 연결되고 준비됐는지 확인'],
      ['/metrics', 'Prometheus 지표'],
    ],
    footer: '데모 로그인 정보는 서버를 시작한 화면에 나와 있어요. MIT 라이선스.',
  },
};

const json = "-H 'content-type: application/json'";
const bearer = '-H "authorization: Bearer $TOKEN"';
const place = '-H "queue-token: $PLACE"';
const once = '-H "idempotency-key: $(uuidgen)"';

/** The commands of the walk, one entry a step. */
const commands: readonly string[] = [
  `curl -s $M/../auth/sign-up/email \\
  ${json} \\
  -d '{"email":"fan@example.com","password":"longenough","name":"Fan"}'`,
  `curl -s $M/concerts
curl -s -X POST $M/concerts/$CONCERT/queue-tokens \\
  ${bearer}`,
  `curl -s $M/queue-token ${place}`,
  `curl -s $M/concerts/$CONCERT/performances ${place}`,
  `curl -s $M/performances/$DATE/seats ${place}`,
  `curl -s $M/reservations ${place} \\
  ${once} ${json} \\
  -d '{"performanceId":"'$DATE'","seatNumbers":[1,2]}'`,
  `curl -s $M/wallet/charges ${bearer} \\
  ${once} ${json} \\
  -d '{"amount":500000}'
curl -s $M/wallet ${bearer}`,
  `curl -s -X POST $M/reservations/$HOLD/payment \\
  ${place} ${once}`,
];

/** `publicUrl` is where this server is reached; the commands begin with it. */
export function firstPage(language: Language, publicUrl: string): string {
  const said = words[language];
  const origin = publicUrl.replace(/\/$/, '');
  const shell = commands.map((command) => command.replace('$M/..', `${origin}/api`));
  const values = said.values.map(([promise, how]) => `<li><strong>${promise}</strong> <span>${how}</span></li>`);
  const steps = said.steps.map(
    (step, index) => `<li>${step}\n<pre tabindex="0"><code>${escaped(shell[index] ?? '')}</code></pre></li>`,
  );
  const links = said.links.map(
    ([address, what]) => `<li><a href="${address}">${address}</a> <span class="quiet">${what}</span></li>`,
  );
  const body = `<main>
<div class="hero">
<img src="/seal.svg" alt="매진" width="112" height="112">
<h1>${said.title}</h1>
<p class="lead">${said.lead}</p>
<div class="actions"><a class="button" href="/docs">${said.read}</a> <a href="#walk">${said.try}</a></div>
</div>
<section><ul class="values">${values.join('\n')}</ul></section>
<section id="walk">
<h2>${said.walk}</h2>
<p class="quiet">${said.walkHint}</p>
<pre tabindex="0"><code>M=${escaped(origin)}/api/v1</code></pre>
<br>
<ol class="walk">${steps.join('\n')}</ol>
</section>
<section>
<h2>${said.more}</h2>
<ul class="links">${links.join('\n')}</ul>
</section>
</main>
<footer>${said.footer}</footer>`;
  return frame(language, { title: `매진 Maejin`, description: said.lead, body });
}
