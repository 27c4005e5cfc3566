/** In which encoding a file was read, and the other one where there could be two: whoever knows the names can tell. */
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { say } from '../../words/words.ts';
import { telling, type Opened, type Reading } from './csv-bytes.ts';

const words = {
  ko: {
    readAs: { 'utf-8': 'UTF-8로', 'euc-kr': 'CP949(EUC-KR)로', 'utf-16le': 'UTF-16으로', 'utf-16be': 'UTF-16으로' },
    read: (as: string) => `${as} 읽었어요.`,
    other: (as: string) => `${as} 다시 읽기`,
    doubt: '글자를 두 가지로 읽을 수 있어요',
    choose: '이름이 맞게 보이는 쪽을 선택해 주세요.',
    pick: (as: string) => `${as} 읽기`,
  },
  en: {
    readAs: { 'utf-8': 'UTF-8', 'euc-kr': 'CP949 (EUC-KR)', 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16' },
    read: (as: string) => `Read as ${as}.`,
    other: (as: string) => `Read as ${as} instead`,
    doubt: 'This file can be read in two ways',
    choose: 'Choose the one in which the names look right.',
    pick: (as: string) => `Read as ${as}`,
  },
};

interface ReadAsProps {
  readonly opened: Opened;
  readonly reading: Reading | undefined;
  readonly onChoose: (reading: Reading) => void;
}

const words_shown = 5;

export function ReadAs({ opened: { readings }, reading, onChoose }: ReadAsProps) {
  const said = say(words);
  if (reading === undefined) {
    return (
      <Notice kind="calm" title={said.doubt}>
        <p>{said.choose}</p>
        <ul class="readings">
          {readings.map((one) => (
            <li key={one.encoding}>
              <Button kind="plain" size="small" onPress={() => onChoose(one)}>
                {said.pick(said.readAs[one.encoding])}
              </Button>
              <span translate={false}>{telling(one, words_shown).join(' · ')}</span>
            </li>
          ))}
        </ul>
      </Notice>
    );
  }
  const other = readings.find(({ encoding }) => encoding !== reading.encoding);
  return (
    <div class="row" key={reading.encoding}>
      <span class="small" role="status">
        {said.read(said.readAs[reading.encoding])}
      </span>
      {other !== undefined && (
        <Button kind="plain" size="small" onPress={() => onChoose(other)}>
          {said.other(said.readAs[other.encoding])}
        </Button>
      )}
    </div>
  );
}
