/** Takes a file along. It is fetched with the session like everything else, so that no address carries a secret. */
import { useSignal } from '@preact/signals';
import { requestOf, send } from '../../client/client.ts';
import type { Asked } from '../../client/endpoints.ts';
import { asProblem, problem, problemOf, type Problem } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Refused } from '../../ui/notice.tsx';
import { say } from '../../words/words.ts';

type File = 'exportReservations' | 'exportLedger' | 'exportMoneyDays' | 'exportChargeOrders';

const words = {
  ko: { save: 'CSV 내려받기', saved: (name: string) => `${name} 파일을 내려받았어요.` },
  en: { save: 'Download CSV', saved: (name: string) => `Downloaded ${name}.` },
};
/** A million rows are read for minutes. */
const file_ms_max = 15 * 60_000;

async function download<Name extends File>(name: Name, asked: Asked<Name>): Promise<string> {
  const { url, init } = requestOf(name, asked);
  const response = await send(url, init, file_ms_max);
  if (!response.ok) throw await problemOf(response);
  const fileName = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'maejin.csv';
  // What breaks off in the middle is no file.
  const content = await response.blob().catch(() => {
    throw problem({ code: 'UNREACHABLE' });
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return fileName;
}

export interface DownloadProps<Name extends File> {
  readonly of: Name;
  readonly asked: Asked<Name>;
  /** What is in the file, where there are several. */
  readonly label?: string;
}

export function DownloadButton<Name extends File>({ of, asked, label }: DownloadProps<Name>) {
  const said = say(words);
  const busy = useSignal(false);
  const saved = useSignal('');
  const refused = useSignal<Problem | undefined>(undefined);
  const press = async (): Promise<void> => {
    busy.value = true;
    refused.value = undefined;
    saved.value = '';
    try {
      saved.value = await download(of, asked);
    } catch (error) {
      refused.value = asProblem(error);
    }
    busy.value = false;
  };
  return (
    <div class="stack tight download">
      <div class="row">
        <Button kind="plain" size="small" busy={busy.value} onPress={() => void press()}>
          {label ?? said.save}
        </Button>
        <span class="small quiet" role="status">
          {saved.value !== '' && said.saved(saved.value)}
        </span>
      </div>
      {refused.value !== undefined && <Refused problem={refused.value} />}
    </div>
  );
}
