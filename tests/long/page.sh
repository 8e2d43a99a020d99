#!/usr/bin/env bash
# The page comes whole from a published install, started in another folder, and only on loopback.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work="$(mktemp -d)"
pid=''
trap '[[ -z "$pid" ]] || kill "$pid" 2> /dev/null || true; rm -rf "$work"' EXIT
dotnet publish -c Release src/Backprop.Cli -o "$work/installed" > "$work/publish.log" 2>&1 || { cat "$work/publish.log"; exit 1; }

cd /
"$work/installed/backprop" serve --port 0 > "$work/address" 2> "$work/messages" &
pid=$!
for _ in {1..300}; do
  if grep -q '^http://127.0.0.1:' "$work/address"; then break; fi
  sleep 0.1
done
address="$(cat "$work/address")"
[[ "$address" == http://127.0.0.1:* ]] || { echo "no address printed: $address"; cat "$work/messages"; exit 1; }

for path in / /page.css /_framework/blazor.web.js; do
  curl -sf "$address$path" > "$work/body" || { echo "$path cannot be had"; exit 1; }
  [[ -s "$work/body" ]] || { echo "$path is empty"; exit 1; }
done
[[ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "$address/")" == 403 ]] || { echo 'a foreign host is not refused'; exit 1; }
echo 'the published page is whole'
