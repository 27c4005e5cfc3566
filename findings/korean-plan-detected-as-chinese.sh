#!/bin/sh
# jschardet 3.1.4, chardet 2.1.0, iconv-lite 0.6.3, Node 24, 2026-11-28.
#
# A seating plan as Korean Excel saves it (CP949) is called Chinese, and the more of it there is the surer. jschardet says
# EUC-KR (0.99) of a plan of 5 lines and GB2312 (0.99) of the same plan with 6 or more: it counts how common the characters
# are, and a plan says 구역 and 석 in every line. Decoded so, 구역 is two ordinary Chinese characters; nothing is missing that
# would warn. chardet has the long plan right, but calls one with English names ISO-8859-1, and one with 똠 and 뷁 (CP949
# beyond KS X 1001) Shift_JIS. If the only Korean word is 홀, both say UTF-8: its two bytes are valid UTF-8 (Ȧ).
# So neither name nor confidence says anything of such a file: try the readings that can be meant, and ask in doubt.
#
# Seen: 5 lines EUC-KR; 6 and 200 lines GB2312 0.99; 구역 reads 备开; ISO-8859-1; Shift_JIS; UTF-8
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact jschardet@3.1.4 chardet@2.1.0 iconv-lite@0.6.3
cat > seen.js <<'JS'
import chardet from 'chardet';
import iconv from 'iconv-lite';
import jschardet from 'jschardet';

const plan = (lines) =>
  '구역,열,열당 좌석,등급,가격\r\n' + Array.from({ length: lines }, (_, at) => `${at}구역,10,20,R석,165000\r\n`).join('');
const english = (name, grade) => `name,rows,seatsPerRow,grade,price\r\n${name},10,20,${grade},165000\r\n`;
const files = {
  'a plan of 5 lines': [plan(5), 'EUC-KR 0.99', 'EUC-KR'],
  'a plan of 6 lines': [plan(6), 'GB2312 0.99', 'EUC-KR'],
  'a plan of 200 lines': [plan(200), 'GB2312 0.99', 'EUC-KR'],
  'names in English': [english('가구역', 'R석'), 'EUC-KR 0.99', 'ISO-8859-1'],
  '똠 and 뷁': ['구역,열\r\n똠방석,1\r\n뷁구역,2\r\n', 'GB2312 0.99', 'Shift_JIS'],
  '홀 alone': [english('홀', 'R'), 'UTF-8 0.99', 'UTF-8'],
};
for (const [name, [text, ...expected]] of Object.entries(files)) {
  const bytes = iconv.encode(text, 'cp949');
  if (iconv.decode(bytes, 'cp949') !== text) throw new Error(`${name}: not valid CP949`);
  const { encoding, confidence } = jschardet.detect(bytes);
  const seen = [`${encoding} ${confidence}`, chardet.detect(bytes)];
  console.log(`${name}: jschardet ${seen[0]}, chardet ${seen[1]}`);
  if (String(seen) !== String(expected)) process.exitCode = 1;
}
const misread = iconv.decode(iconv.encode('구역', 'cp949'), 'gb2312');
console.log(`구역 read as GB2312: ${misread}`);
if (!/^\p{Script=Han}{2}$/u.test(misread)) process.exitCode = 1;
JS
node seen.js
