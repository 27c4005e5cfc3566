#!/bin/sh
# Node 24.21.0 (V8, ICU 78.3), luxon 3.7.2, 2026-11-28.
#
# Intl.DateTimeFormat takes three letters for a time zone that no tz database has as one, and means another place than one
# would swear: BST, British Summer Time to whoever types it, is Asia/Dhaka, five hours off in summer; AST, the Atlantic's,
# is Anchorage; IST Kolkata, neither Dublin nor Jerusalem; SST Guadalcanal. It takes names in any case, and +09:00, too. So "Intl
# did not throw" is no check of a zone, and luxon's IANAZone.isValidZone, which asks just that, says yes to all of them.
# The list that Intl gives out itself (supportedValuesOf) has none of those, but neither has it UTC, Asia/Kolkata, Europe/Kyiv
# and 16 other names of today, which Intl takes, and calls by older names in resolvedOptions: Asia/Calcutta, Europe/Kiev. So
# a name does not come back as it was given, and the list alone refuses all of India by its name of today.
#
# Seen: BST Asia/Dhaka, AST America/Anchorage, IST Asia/Calcutta, SST Pacific/Guadalcanal, asia/seoul Asia/Seoul, +09:00
# +09:00; luxon true for each; not in the list: UTC, Asia/Kolkata, Europe/Kyiv, America/Nuuk, which resolve to UTC,
# Asia/Calcutta, Europe/Kiev, America/Godthab
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module","allowScripts":{"node":true}}' > package.json
npm install --silent --no-audit --no-fund --save-exact node@24.21.0 luxon@3.7.2
cat > seen.js <<'JS'
import { IANAZone } from 'luxon';

const called = (timeZone) => new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
const listed = new Set(Intl.supportedValuesOf('timeZone'));
const expected = {
  BST: ['Asia/Dhaka', true, false],
  AST: ['America/Anchorage', true, false],
  IST: ['Asia/Calcutta', true, false],
  SST: ['Pacific/Guadalcanal', true, false],
  'asia/seoul': ['Asia/Seoul', true, false],
  '+09:00': ['+09:00', true, false],
  UTC: ['UTC', true, false],
  'Asia/Kolkata': ['Asia/Calcutta', true, false],
  'Europe/Kyiv': ['Europe/Kiev', true, false],
  'America/Nuuk': ['America/Godthab', true, false],
  'Asia/Seoul': ['Asia/Seoul', true, true],
};
for (const [name, wanted] of Object.entries(expected)) {
  const seen = [called(name), IANAZone.isValidZone(name), listed.has(name)];
  console.log(name, ...seen);
  if (JSON.stringify(seen) !== JSON.stringify(wanted)) process.exitCode = 1;
}
JS
./node_modules/.bin/node seen.js
