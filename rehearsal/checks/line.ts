/** The line: places in the order of asking, admission in the order of places, never more inside than allowed, no slot left free. */
import type { Call } from '../history.ts';
import { createFinding, highestOverlap, type CreateCheck } from './check.ts';
import { createSpells, memory_ms_max, type Spell } from './spells.ts';
import { createSupply, type Look } from './supply.ts';

/** A free slot is given on within this; a look every half second may see it half a second late. */
const free_slot_ms_max = 2_000;
/** Where things break, the service may first take this long to come back. */
const back_ms_max = 5_000;

export const checkLine: CreateCheck = (terms) => {
  const idle_ms_max = free_slot_ms_max + (terms.rough ? back_ms_max : 0);
  const spells = createSpells(terms);
  const supply = createSupply(terms);
  const looks: Look[] = [];
  const order = createFinding('I3 places are given in the order of asking, each once');
  const overtaken = createFinding('I3 nobody present is overtaken');
  const inside = createFinding('I2 no more are inside than allowed, as far as fans can tell');
  const once = createFinding('I7 a fan has one place at a time');
  const prompt = createFinding(`A free slot is given on within ${idle_ms_max / 1_000} s while somebody waits`);
  const back = createFinding('Whoever is inside is not sent back to wait');

  return {
    take: (call) => {
      supply.take(call);
      if (call.op === 'overview') look(call);
      else if (call.facts.spell !== undefined) spells.take(call);
    },
    finish: () => {
      const all = spells.all();
      checkOrder(all, order);
      checkOvertaking(all, terms.graceSeconds * 1_000, overtaken);
      checkInside(all);
      checkOnce(all, once);
      checkPrompt(all);
      for (const { fan, again, silence } of all) {
        back.count();
        // A sign of life that died with its server may cost the slot, but not the place.
        if (again.length > 0 && !terms.rough && silence < terms.graceSeconds * 1_000)
          back.violation(`fan ${fan}: ${again[0]}`);
      }
      return [inside, order, overtaken, once, back, prompt].map((finding) => finding.done()).concat(supply.finish(all));
    },
  };

  function look({ start, end, status, facts }: Call): void {
    if (status === 200 && end !== null && facts.active !== undefined)
      looks.push({ at: (start + end) / 2, active: facts.active, supply: facts.supply });
  }

  function checkInside(all: readonly Spell[]): void {
    const sure = all.flatMap(({ sessions }) => sessions.filter(({ from, until }) => until > from));
    inside.count(sure.length);
    const { count, at } = highestOverlap(sure.map(({ from, until }) => [from, until]));
    if (count > terms.maxActive)
      inside.violation(`${count} were surely inside at ${Math.round(at)}, ${terms.maxActive} may be`);
  }

  function checkPrompt(all: readonly Spell[]): void {
    prompt.count(looks.length);
    const waits = all
      .filter((one) => one.silence < (terms.graceSeconds * 1_000) / 2)
      .map((one) => ({ from: one.toldAt, until: one.admittedAt === Infinity ? one.waitingAt : one.admittedAt, one }));
    const admissions = all.map(({ admittedAt }) => admittedAt);
    let since: number | undefined;
    for (const look of looks) {
      const { at } = look;
      if (!supply.hasRoom(look)) since = undefined;
      else if (since === undefined) since = at;
      else if (at - since > idle_ms_max) {
        const begun = since;
        const waiting = waits.find(({ from, until }) => at - Math.max(from, begun) > idle_ms_max && until > at);
        // One seat after the other may come back and let in the next at once: each look then finds room, and nobody is kept.
        const goesOn = terms.boundToSupply === true && admissions.some((one) => one > begun && one < at);
        if (waiting !== undefined && !goesOn) {
          prompt.violation(
            `fan ${waiting.one.fan} waited, a slot was free from ${Math.round(begun)} to ${Math.round(at)}`,
          );
          since = at;
        }
      }
    }
  }
};

function checkOrder(all: readonly Spell[], order: ReturnType<typeof createFinding>): void {
  const placed = all.flatMap(({ place, askedAt, toldAt, fan }) =>
    place === undefined ? [] : [{ place, askedAt, toldAt, fan }],
  );
  order.count(placed.length);
  const fans = new Map<number, number>();
  for (const { place, fan } of placed) {
    if (fans.has(place)) order.violation(`place ${place} was given to fan ${fans.get(place)} and to fan ${fan}`);
    fans.set(place, fan);
  }
  const byTelling = placed.toSorted((a, b) => a.toldAt - b.toldAt);
  let told = 0;
  let last = 0;
  for (const { place, askedAt, fan } of placed.toSorted((a, b) => a.askedAt - b.askedAt)) {
    for (let next = byTelling[told]; next !== undefined && next.toldAt < askedAt; next = byTelling[++told])
      last = Math.max(last, next.place);
    if (place < last) order.violation(`fan ${fan} asked after place ${last} had been told, and got ${place}`);
  }
}

type Placed = Spell & { readonly place: number };

/** Whoever was never silent for a grace period is let in no later than anybody behind. */
function checkOvertaking(all: readonly Spell[], grace: number, overtaken: ReturnType<typeof createFinding>): void {
  const inLine = all.filter((one): one is Placed => one.place !== undefined);
  let earliest: Placed | undefined;
  for (const one of inLine.toSorted((a, b) => b.place - a.place)) {
    if (one.silence < grace && waitedUntil(one) > -Infinity) {
      overtaken.count();
      if (earliest !== undefined && earliest.admittedAt < waitedUntil(one))
        overtaken.violation(
          `fan ${one.fan} (place ${one.place}) still waited when fan ${earliest.fan} (place ${earliest.place}) was let in`,
        );
    }
    if (one.admittedAt < (earliest?.admittedAt ?? Infinity)) earliest = one;
  }
}

/** Until when a fan surely waited; who was never let in, was told so from a memory that may be a little old. */
function waitedUntil({ admittedAt, waitingAt }: Spell): number {
  return admittedAt === Infinity ? waitingAt - memory_ms_max : admittedAt;
}

/** A place that lives on after its fan was given another. */
function checkOnce(all: readonly Spell[], once: ReturnType<typeof createFinding>): void {
  for (const [fan, own] of Map.groupBy(all, (one) => one.fan)) {
    once.count();
    const inOrder = own.toSorted((a, b) => a.spell - b.spell);
    for (const [index, one] of inOrder.entries()) {
      const next = inOrder[index + 1];
      if (next === undefined || next.place === one.place) continue;
      if (Math.max(one.waitingAt, one.sessions.at(-1)?.until ?? -Infinity) > next.toldAt + memory_ms_max)
        once.violation(`fan ${fan} had places ${one.place} and ${next.place} at one time`);
    }
  }
}
