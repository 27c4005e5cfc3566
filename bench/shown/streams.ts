/** Open event streams, as text, a table and a chart. */
import { curve_ms, toldMedian, type Streams } from '../parts/streams.ts';
import { lineChart } from '../svg.ts';
import { fine, goalRemark, picture, remarks, table, whole, type Shown } from './shown.ts';

const each_kb_max = 8;

export function showStreams(streams: Streams): Shown {
  const { wanted, open, filesMax, openSeconds, residentEach, inUseEach, idleBusy, freed } = streams;
  const middle = toldMedian(streams);
  const rows = freed.map((told, number) => [
    `${number + 1}`,
    fine(told.called, 0),
    fine(told.first, 0),
    fine(told.half, 0),
    fine(told.p99, 0),
    fine(told.last, 0),
    whole(told.fans),
  ]);
  // Who has been called before has no news.
  const untold = freed.reduce((sum, { fans }, before) => sum + open - before - fans, 0);
  const reached = open >= wanted;
  const limit =
    filesMax !== undefined && filesMax < wanted + 200
      ? ` A process may have ${whole(filesMax)} files open here and this cannot be raised, so that many streams is what one server can hold.`
      : '';
  const goal = {
    what: 'Event streams open on one server',
    goal: whole(wanted),
    measured: `${whole(open)}${reached ? '' : `, the most that ${whole(filesMax)} open files leave room for`}`,
    met: reached,
  };
  const memory = {
    what: 'Memory for each open event stream',
    goal: `≤ ${each_kb_max} KB`,
    measured: `${fine(residentEach / 1_024)} KB`,
    met: residentEach <= each_kb_max * 1_024,
  };
  const each = table(
    ['slot freed', 'called fan told, ms', 'first, ms', 'half, ms', '99 %, ms', 'last fan, ms', 'fans told'],
    rows,
  );
  const text =
    `${whole(open)} streams on one server, opened in ${fine(openSeconds)} s.${limit} Each costs ` +
    `**${fine(residentEach / 1_024)} KB** of the server's memory as the operating system sees it, ${fine(inUseEach / 1_024)} KB in use after a collection. ` +
    `While nothing happens in line they take ${fine(idleBusy * 100, 0)} % of one processor.\n\n` +
    'Milliseconds from sending the request that frees a slot, its commit included, until a fan has been told:';
  const said = remarks([
    ...[goal, memory].map(goalRemark),
    untold > 0 && `**${whole(untold)} times a fan was not told within 4 s.**`,
    `The two load processes took ${fine(middle.loadBusySeconds, 2)} s of processor time each, at most, to hear it all.`,
  ]);
  return {
    markdown: `${text}\n\n${each}${said}\n\n${picture('streams', 'How soon all who wait are told')}`,
    charts: { streams: chartOf(streams) },
    goals: [goal, memory],
  };
}

function chartOf(streams: Streams): string {
  const { curve, last, called } = toldMedian(streams);
  // Until all have heard, in round hundreds, as far as it was followed.
  const until = Math.max(100, Math.ceil(last / 100) * 100);
  const places = curve_ms.filter((ms, place) => ms <= until && Number.isFinite(curve[place]));
  const every = until > 1_000 ? 200 : until > 200 ? 100 : 20;
  return lineChart({
    title: `A slot is freed: how soon ${whole(streams.open)} open streams hear of it`,
    note: `Share of the fans who have been told their new position. The fan who is called heard after ${whole(called)} ms, the last of all after ${whole(last)} ms (medians).`,
    unit: '% of the fans',
    along: 'ms after the request that frees the slot',
    labels: places.map((ms) => (ms % every === 0 ? String(ms) : '')),
    atLeast: 100,
    series: [{ name: 'told', values: places.map((_, place) => (curve[place] ?? 0) * 100) }],
  });
}
