/** How far the refunds of a date that was called off have come: asked of the server, so a reload loses nothing. */
import { useEffect, useRef } from 'preact/hooks';
import { ask, type Reply } from '../../client/client.ts';
import { Bar } from '../../ui/bar.tsx';
import { Loaded } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { number, say } from '../../words/words.ts';
import { moment } from '../desk/moments.ts';
import { Late } from '../live/late.tsx';
import { usePolled, type Polled } from '../live/polled.ts';
import { Panel } from '../parts/panel.tsx';
import { dateWords } from './date-words.ts';

type CallingOff = Reply<'getCallingOff'>;

const renew_ms = 1_000;
/** Read aloud in steps. */
const step = 0.25;

export interface RefundingProps {
  readonly performanceId: string;
  /** Everybody is refunded by now. */
  readonly onDone: () => void;
}

export function Refunding({ performanceId, onDone }: RefundingProps) {
  const polled: Polled<CallingOff> = usePolled(performanceId, renew_ms, async (signal): Promise<CallingOff> => {
    const known = polled.latest.peek();
    // What is done does not change any more.
    return known?.state === 'DONE' ? known : ask('getCallingOff', { params: { performanceId }, signal });
  });
  const running = polled.latest.value?.state === 'RUNNING';
  const wasRunning = useRef(false);
  useEffect(() => {
    if (wasRunning.current && !running) onDone();
    wasRunning.current = running;
  }, [running]);
  const said = say(dateWords);
  return (
    <Panel title={said.callOff}>
      <Late of={polled} />
      <Loaded of={polled} skeleton={<Skeleton height="6rem" />}>
        {(callingOff) => <Progress of={callingOff} />}
      </Loaded>
    </Panel>
  );
}

function Progress({ of }: { readonly of: CallingOff }) {
  const said = say(dateWords);
  const { state, done, total, reason, compensationPercent, startedAt, endedAt } = of;
  const isDone = state === 'DONE';
  const share = isDone || total === 0 ? 1 : Math.min(1, done / total);
  const told = said.progress(number(done), number(total));
  const step_told = Math.floor(share / step) * step;
  return (
    <div class="stack tight act">
      <p>
        <strong>{isDone ? said.done : said.running}</strong>{' '}
        <span class="quiet small">
          {endedAt === null ? said.begun(moment(startedAt)) : said.ended(moment(endedAt))}
        </span>
      </p>
      <div
        class="progress"
        role="progressbar"
        aria-label={said.progressLabel}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
        aria-valuetext={told}
      >
        <Bar share={share} />
      </div>
      <p translate={false}>{told}</p>
      <p class="hidden" role="status">
        {isDone ? said.done : `${Math.round(step_told * 100)}%`}
      </p>
      {!isDone && <p class="small quiet">{said.runningText}</p>}
      <p class="small">
        <span class="quiet">{said.because}:</span> {[...new Set([reason.ko, reason.en])].join(' / ')}
        {compensationPercent > 0 && ` · ${said.compensated(number(compensationPercent))}`}
      </p>
    </div>
  );
}
