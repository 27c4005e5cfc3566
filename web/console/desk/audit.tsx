/** The audit: every invariant asked of the live database, all in one snapshot, and what breaks them. */
import { useSignal } from '@preact/signals';
import { requestOf, send } from '../../client/client.ts';
import type { Reply } from '../../client/client.ts';
import { asProblem, problemOf, type Problem } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Notice, Refused } from '../../ui/notice.tsx';
import { number, say } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { checkNames } from './check-names.ts';
import { moment } from './moments.ts';
import './desk.css';

const words = {
  ko: {
    title: '정합성 점검',
    text: '지켜져야 할 모든 규칙을 지금의 데이터베이스에서 점검해요. 한 시점의 데이터를 읽기만 하고, 아무것도 바꾸지 않아요.',
    run: '지금 점검하기',
    again: '다시 점검하기',
    effect: '모든 예매와 거래를 한 번 읽어요. 수백만 건이면 몇 분 걸릴 수 있어요.',
    running: '점검하고 있어요. 화면을 떠나도 괜찮아요.',
    fine: (count: number) => `규칙 ${count}개가 모두 지켜지고 있어요`,
    broken: (count: number) => `지켜지지 않은 규칙이 ${count}개 있어요`,
    brokenText: '어긋난 항목 가운데 처음 몇 건이 아래에 있어요. 입장을 멈추고 살펴보세요.',
    ran: (at: string, ms: string) => `${at} 기준, ${ms}초 걸렸어요.`,
    checks: '규칙',
    ok: '지켜짐',
    violations: (count: string) => `${count}건`,
    sample: '처음 몇 건',
  },
  en: {
    title: 'Integrity check',
    text: 'Checks on the live database that every rule holds. It reads a single moment and changes nothing.',
    run: 'Check now',
    again: 'Check again',
    effect: 'Reads all reservations and transactions once; with millions that may take minutes.',
    running: 'Checking. Leaving this page does no harm.',
    fine: (count: number) => `All ${count} rules hold`,
    broken: (count: number) => (count === 1 ? 'One rule is broken' : `${count} rules are broken`),
    brokenText: 'The first few findings are below. Pause admission and look at them.',
    ran: (at: string, seconds: string) => `As of ${at}; it took ${seconds} s.`,
    checks: 'Rules',
    ok: 'OK',
    violations: (count: string) => `${count} found`,
    sample: 'The first few',
  },
};

type Report = Reply<'getAudit'>;
type Check = Report['checks'][number];

/** As long as the server lets an audit take, and a little more. */
const audit_ms_max = 11 * 60_000;

async function runAudit(): Promise<Report> {
  const { url, init } = requestOf('getAudit', {});
  const response = await send(url, init, audit_ms_max);
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Report;
}

export function Audit() {
  const said = say(words);
  const report = useSignal<Report | undefined>(undefined);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const run = async (): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      report.value = await runAudit();
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  return (
    <>
      <PageHead title={said.title}>{said.text}</PageHead>
      <div class="row">
        <Button size="small" busy={busy.value} onPress={() => void run()}>
          {report.value === undefined ? said.run : said.again}
        </Button>
        <span class="small quiet" role="status">
          {busy.value ? said.running : said.effect}
        </span>
      </div>
      {problem.value !== undefined && <Refused problem={problem.value} onRetry={() => void run()} />}
      {report.value !== undefined && <Findings report={report.value} />}
    </>
  );
}

function Findings({ report }: { readonly report: Report }) {
  const said = say(words);
  const broken = report.checks.filter(({ ok }) => !ok);
  const when = said.ran(moment(report.at), (report.milliseconds / 1_000).toFixed(2));
  return (
    <div class="stack">
      {report.ok ? (
        <Notice kind="good" title={said.fine(report.checks.length)}>
          <p class="quiet">{when}</p>
        </Notice>
      ) : (
        <Notice title={said.broken(broken.length)}>
          <p>{said.brokenText}</p>
          <p class="quiet">{when}</p>
        </Notice>
      )}
      <ul class="checks" aria-label={said.checks}>
        {[...broken, ...report.checks.filter(({ ok }) => ok)].map((check) => (
          <CheckLine key={check.name} check={check} />
        ))}
      </ul>
    </div>
  );
}

function CheckLine({ check: { name, ok, violations, sample } }: { readonly check: Check }) {
  const said = say(words);
  const space = name.indexOf(' ');
  const [invariant, rule] = [name.slice(0, space), name.slice(space + 1)];
  return (
    <li class={ok ? 'check' : 'check broken'}>
      <span class="verdict" aria-hidden="true">
        {ok ? '✓' : '!'}
      </span>
      <code class="quiet">{invariant}</code>
      <span>{say({ ko: checkNames[name] ?? rule, en: rule })}</span>
      <span class={ok ? 'quiet small' : 'alarm'}>{ok ? said.ok : said.violations(number(violations))}</span>
      {!ok && (
        <div class="sample">
          <p class="small quiet">{said.sample}</p>
          <pre tabindex={0}>{sample.map((found) => JSON.stringify(found)).join('\n')}</pre>
        </div>
      )}
    </li>
  );
}
