/** Moving a date: the new time by the hall's clock, whom it concerns, and what they may do. */
import { useSignal } from '@preact/signals';
import { ask } from '../../client/client.ts';
import { secondsUntil } from '../../client/clock.ts';
import { Button } from '../../ui/button.tsx';
import { dateAndTime, number, say } from '../../words/words.ts';
import { moment } from '../desk/moments.ts';
import { startsAt as timeOf } from '../desk/draft.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Panel } from '../parts/panel.tsx';
import { WrittenField } from '../parts/written-field.tsx';
import type { DateProps } from './date.tsx';
import { dateWords } from './date-words.ts';

/** As a date field writes it. */
const fieldOf = (time: string): string => moment(time).slice(0, 16).replace(' ', 'T');

export function Move({ date, load }: DateProps) {
  const said = say(dateWords);
  const at = useSignal(fieldOf(date.startsAt));
  const tried = useSignal(false);
  const asking = useSignal(false);
  const fault = faultOf(at.value, date.startsAt);
  return (
    <Panel title={said.move}>
      <form
        class="act"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          tried.value = true;
          if (fault === undefined) asking.value = true;
          else event.currentTarget.querySelector('input')?.focus();
        }}
      >
        <div class="fields">
          <WrittenField
            label={said.to}
            name="startsAt"
            hint={said.toHint}
            fault={tried.value ? fault : undefined}
            text={at}
            input={{ type: 'datetime-local' }}
          />
        </div>
        <div>
          <Button type="submit" size="small" kind="plain">
            {said.moveReview}
          </Button>
        </div>
      </form>
      {asking.value && (
        <Ask
          date={date}
          load={load}
          to={timeOf(at.value) ?? date.startsAt}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </Panel>
  );
}

interface AskProps extends DateProps {
  readonly to: string;
  readonly onClose: () => void;
}

function Ask({ date: { id, startsAt, paid }, load, to, onClose }: AskProps) {
  const said = say(dateWords);
  return (
    <Confirm
      title={said.moveTitle}
      deed={said.moveDeed}
      onConfirm={async () => {
        // Sent again, it moves nothing more: whatever became of an answer, the page shows what is so.
        await ask('movePerformance', { params: { performanceId: id }, body: { startsAt: to } }).finally(load.reload);
      }}
      onClose={onClose}
    >
      <p>
        <strong>{said.moveFromTo(dateAndTime(startsAt), dateAndTime(to))}</strong>
      </p>
      {paid.reservations > 0 && (
        <>
          <p>{said.moveHolders(number(paid.fans), number(paid.reservations))}</p>
          <p>{said.moveFree}</p>
        </>
      )}
      <p>{said.moveSale}</p>
    </Confirm>
  );
}

function faultOf(at: string, now: string): string | undefined {
  const said = say(dateWords);
  const time = timeOf(at);
  if (time === undefined) return said.toNeeded;
  if (Date.parse(time) === Date.parse(now)) return said.toSame;
  return secondsUntil(time) === 0 ? said.toPast : undefined;
}
