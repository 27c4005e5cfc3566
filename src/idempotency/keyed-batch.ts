/** A batch of commands that carry idempotency keys, or may: which are to be carried out, and whose answer each one gets. */
import { Refusal, refuse } from '../refusals.ts';
import type { KeyedRequest, MaybeKeyedRequest, Remembered } from './keys.ts';

export interface KeyedCommand extends KeyedRequest {
  /** Chosen before the first attempt and part of the answer, so that after a commit of unknown outcome it is recognised. */
  readonly id: string;
}

/** The same where a key is not asked for: without one, every command is a new one. */
export interface MaybeKeyed extends MaybeKeyedRequest {
  readonly id: string;
}

export interface Once<Answer> {
  readonly answer: Answer;
  /** True if another request with this key was answered before and nothing was done for this one. */
  readonly replayed: boolean;
}

export interface KeyedBatch<Command, Answer> {
  /** The first command of each key that was not answered before, in order of arrival. */
  readonly fresh: readonly Command[];
  /** Every command's answer, in the order given, from what became of the fresh ones. */
  answersOf(outcomes: ReadonlyMap<Command, Answer | Refusal>): (Once<Answer> | Refusal)[];
}

/**
 * Of commands with one key the first is carried out; the others get its answer, or IDEMPOTENCY_KEY_REUSED if they differ.
 * `read` makes an answer of what is remembered of it: as it stands, unless told otherwise.
 */
export function sortByKey<Command extends MaybeKeyed, Answer extends { readonly id: string }>(
  commands: readonly Command[],
  remembered: readonly Remembered[],
  read: (answer: string, command: Command) => Answer = (answer) => JSON.parse(answer) as Answer,
): KeyedBatch<Command, Answer> {
  const firsts = new Map<string, Command>();
  for (const [place, command] of commands.entries()) {
    const name = nameOf(command);
    if (remembered[place] === undefined && !firsts.has(name)) firsts.set(name, command);
  }
  return {
    fresh: [...firsts.values()],
    answersOf: (outcomes) =>
      commands.map((command, place) => {
        const known = remembered[place];
        if (known instanceof Refusal) return known;
        if (known !== undefined) return once(read(known.answer, command), command);
        const first = firsts.get(nameOf(command));
        if (first?.fingerprint !== command.fingerprint) return refuse('IDEMPOTENCY_KEY_REUSED');
        const outcome = outcomes.get(first) ?? refuse('INTERNAL');
        return outcome instanceof Refusal ? outcome : once(outcome, command);
      }),
  };
}

/** A key has no blank in it, and neither has an id. */
const nameOf = ({ id, userId, key }: MaybeKeyed): string => (key === undefined ? id : `${key} ${userId}`);

function once<Answer extends { readonly id: string }>(answer: Answer, { id }: MaybeKeyed): Once<Answer> {
  return { answer, replayed: answer.id !== id };
}

/** What is to be remembered: the effects among the outcomes. */
export function effectsOf<Command extends KeyedCommand, Answer>(
  outcomes: Iterable<readonly [Command, Answer | Refusal]>,
): (KeyedRequest & { readonly answer: string })[] {
  return [...outcomes].flatMap(([{ userId, key, fingerprint }, outcome]) =>
    outcome instanceof Refusal ? [] : [{ userId, key, fingerprint, answer: JSON.stringify(outcome) }],
  );
}

interface PlainFirst<Command, Answer> {
  /** Carries out what is plain among commands of different keys, and answers these alone. */
  plain(firsts: readonly Command[]): Promise<ReadonlyMap<Command, Answer>>;
  /** Decides the others, and answers each in the order given. */
  general(rest: readonly Command[]): Promise<readonly (Once<Answer> | Refusal)[]>;
}

/**
 * The plain ones first, all the others behind them, in the order of their arrival among themselves. Of commands with one
 * key the first counts, and the others get its answer, or IDEMPOTENCY_KEY_REUSED if they differ.
 */
export async function plainFirst<Command extends MaybeKeyed, Answer extends { readonly id: string }>(
  commands: readonly Command[],
  { plain, general }: PlainFirst<Command, Answer>,
): Promise<(Once<Answer> | Refusal)[]> {
  const firsts = new Map<string, Command>();
  for (const command of commands) {
    const name = nameOf(command);
    if (!firsts.has(name)) firsts.set(name, command);
  }
  const done = await plain([...firsts.values()]);
  const answerTo = (command: Command): Once<Answer> | Refusal | undefined => {
    const first = firsts.get(nameOf(command)) ?? command;
    const answer = done.get(first);
    if (answer === undefined) return undefined;
    return first.fingerprint === command.fingerprint ? once(answer, command) : refuse('IDEMPOTENCY_KEY_REUSED');
  };
  const answers = commands.map(answerTo);
  const rest = commands.filter((_, place) => answers[place] === undefined);
  if (rest.length === 0) return answers.map(given);
  const others = new Map((await general(rest)).map((answer, place) => [rest[place], answer]));
  return answers.map((answer, place) => given(answer ?? others.get(commands[place])));
}

function given<Answer>(answer: Answer | undefined): Answer | Refusal {
  return answer ?? refuse('INTERNAL');
}
