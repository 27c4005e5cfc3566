/** The form of a new concert. Faults are shown when somebody tries to put it on sale, and then as they come and go. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { concertLimits } from '../../../src/contract/limits.ts';
import { asProblem, type Problem } from '../../client/problem.ts';
import type { Reply } from '../../client/client.ts';
import { syncClock } from '../../client/clock.ts';
import { askOnce } from '../../client/keys.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice, Refused } from '../../ui/notice.tsx';
import { money, number, say, titleIn } from '../../words/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Panel } from '../parts/panel.tsx';
import { faultsOf, requestOf, seatsPerDate, textFields, type Draft, type DraftFaults } from './draft.ts';
import { AskDates, doubtsOf } from './doubts.tsx';
import { Refunds, Settings } from './form-settings.tsx';
import { formWords } from './form-words.ts';
import { PlanPreview } from './preview.tsx';
import { termsOf } from '../refunds/terms-draft.ts';
import { policyName } from '../refunds/terms-words.ts';
import { wholeOf } from './rules.ts';
import { Dates } from './dates.tsx';
import { Sections } from './sections.tsx';

/** One wish at a time: a second press, a lost answer and a reload ask with the same key and make nothing twice. */
const wish = 'concert:new';

type Created = Reply<'createConcert'>;

export function ConcertForm({ draft }: { readonly draft: Signal<Draft> }) {
  const tried = useSignal(false);
  const asking = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const created = useSignal<Created | undefined>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const faults = faultsOf(draft.value);
  // Which dates are past is for the box office's clock to say, by the time that somebody asks.
  useEffect(() => void syncClock(), []);
  const submit = (): void => {
    tried.value = true;
    problem.value = undefined;
    if (faults.count === 0) asking.value = true;
    // Once the faults are drawn, the first one is where to go on.
    else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  if (created.value !== undefined) return <Done created={created.value} />;
  return (
    <form
      ref={form}
      class="concert-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="stack">
        <About draft={draft} faults={tried.value ? faults : undefined} />
        <Dates draft={draft} faults={tried.value ? faults : undefined} />
        <Sections draft={draft} faults={tried.value ? faults : undefined} />
        <Settings draft={draft} faults={tried.value ? faults : undefined} />
        <Refunds draft={draft} faults={tried.value ? faults : undefined} />
        <Submit faults={tried.value ? faults : undefined} />
        {problem.value !== undefined && <NotMade problem={problem.value} />}
      </div>
      <Beside draft={draft.value} />
      {asking.value && (
        <PutOnSale
          draft={draft.value}
          onDone={(made) => {
            created.value = made;
          }}
          onRefused={(found) => {
            problem.value = found;
          }}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </form>
  );
}

export interface PartProps {
  readonly draft: Signal<Draft>;
  /** Undefined while nobody has tried yet. */
  readonly faults: DraftFaults | undefined;
}

function About({ draft, faults }: PartProps) {
  const said = say(formWords);
  return (
    <Panel title={said.about}>
      <div class="fields">
        {textFields.map((field) => (
          <Field
            key={field}
            label={said.texts[field]}
            name={field}
            hint={field === 'title' ? said.titleHint : undefined}
            fault={faults?.texts[field] && say(faults.texts[field])}
            input={{
              value: draft.value.texts[field],
              maxLength: 200,
              autocomplete: 'off',
              onInput: ({ currentTarget: { value } }) => {
                draft.value = { ...draft.value, texts: { ...draft.value.texts, [field]: value } };
              },
            }}
          />
        ))}
      </div>
    </Panel>
  );
}

function Submit({ faults }: Pick<PartProps, 'faults'>) {
  const said = say(formWords);
  return (
    <div class="stack tight submit">
      {faults !== undefined && faults.count > 0 && (
        <Notice title={said.faults(faults.count)}>
          {faults.whole.length === 0
            ? said.faultsText
            : faults.whole.map((fault) => <p key={fault.en}>{say(fault)}</p>)}
        </Notice>
      )}
      <div class="row">
        <Button type="submit">{said.submit}</Button>
        <span class="small quiet">{said.submitText}</span>
      </div>
    </div>
  );
}

function Beside({ draft }: { readonly draft: Draft }) {
  const said = say(formWords);
  const seats = seatsPerDate(draft);
  const readable =
    requestOf(draft).performances[0]?.sections.filter((one) => one.rows > 0 && one.seatsPerRow > 0) ?? [];
  const value = readable.reduce((sum, one) => sum + one.rows * one.seatsPerRow * one.price, 0);
  const dates = draft.dates.length;
  return (
    <aside class="beside">
      <Panel title={said.preview} aside={said.previewText}>
        <PlanPreview sections={readable} seatsMax={concertLimits.seatsPerDateMax} />
      </Panel>
      <dl class="stats">
        {[
          [said.perDate, number(seats)],
          [said.inAll, number(seats * dates)],
          [said.worth, money(value * dates)],
        ].map(([label, text]) => (
          <div class="stat" key={label}>
            <dt>{label}</dt>
            <dd>
              <strong>{text}</strong>
            </dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

interface PutOnSaleProps {
  readonly draft: Draft;
  readonly onDone: (created: Created) => void;
  readonly onRefused: (problem: Problem) => void;
  readonly onClose: () => void;
}

function PutOnSale({ draft, onDone, onRefused, onClose }: PutOnSaleProps) {
  const said = say(formWords);
  const { dates } = draft;
  const doubts = useMemo(() => doubtsOf(draft), [draft]);
  const sure = useSignal(false);
  const pressed = useSignal(false);
  const missing = doubts !== undefined && !sure.value;
  return (
    <Confirm
      title={said.confirm(titleIn(draft.texts.title)[0])}
      deed={said.submit}
      onClose={onClose}
      onConfirm={async () => {
        pressed.value = true;
        if (missing) return false;
        try {
          onDone(await askOnce(wish, 'createConcert', { body: requestOf(draft) }));
        } catch (error) {
          // Said beside the form, where it can be put right.
          onRefused(asProblem(error));
        }
        return true;
      }}
    >
      <p>{said.effect(dates.length, number(seatsPerDate(draft) * dates.length))}</p>
      <p>{said.effectLine(number(wholeOf(draft.settings.maxActive) ?? 0))}</p>
      {draft.boundToSupply && <p>{said.effectBound}</p>}
      <p>{said.effectTerms(policyName(termsOf(draft.terms).refundPolicy))}</p>
      <p class="quiet">{said.effectForGood}</p>
      {doubts !== undefined && <AskDates doubts={doubts} sure={sure} missing={pressed.value && missing} />}
    </Confirm>
  );
}

function NotMade({ problem }: { readonly problem: Problem }) {
  const said = say(formWords);
  if (problem.code === 'IDEMPOTENCY_KEY_REUSED') {
    return (
      <Notice
        title={said.madeBefore}
        actions={
          <ButtonLink kind="plain" size="small" href="/console">
            {said.live}
          </ButtonLink>
        }
      >
        {said.madeBeforeText}
      </Notice>
    );
  }
  if (problem.code !== 'VALIDATION_FAILED') return <Refused problem={problem} />;
  const errors = (problem.fields['errors'] ?? []) as readonly { path: string; message: string }[];
  return (
    <Notice title={said.refused}>
      <ul>
        {errors.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <code>{path}</code> {message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Done({ created }: { readonly created: Created }) {
  const said = say(formWords);
  const { id, title, performances } = created;
  const seats = performances.reduce((sum, { seatsTotal }) => sum + seatsTotal, 0);
  return (
    <Notice
      kind="good"
      title={said.done(titleIn(title)[0])}
      actions={
        <>
          <ButtonLink size="small" href={`/console/concerts/${id}`}>
            {said.live}
          </ButtonLink>
          <ButtonLink size="small" kind="plain" href={`/concerts/${id}`}>
            {said.fanPage}
          </ButtonLink>
          <ButtonLink size="small" kind="plain" href={`/console/new?from=${id}`}>
            {said.another}
          </ButtonLink>
        </>
      }
    >
      {said.doneText(performances.length, number(seats))}
    </Notice>
  );
}
