#!/usr/bin/env bash
# The packages, as a reader uses them, from a folder: what they are and hold; a program on all of them; every sample, on packages instead of projects; one ahead of
# time (size, start, speed); the tool, installed, on a machine that has the .NET runtime and nothing else; its plug-in; and versions by tags, without tags and without git.
#   tests/long/packages.sh [FOLDER]   FOLDER: packages that have been made already
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root="$PWD"
export DOTNET_NOLOGO=true DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
status=0

quietly() { "$@" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }

fail() {
  echo "FAILED: $*"
  status=1
}

milliseconds() { # COMMAND…: the least time on the clock of ten runs
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    local start
    start="$(date +%s%N)"
    "$@" > /dev/null
    echo $((($(date +%s%N) - start) / 1000000))
  done | sort -n | head -1
}

processor() { # COMMAND…: the least processor time of ten runs, in ms, which others on the machine do not lengthen
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    (TIMEFORMAT='%U %S'; time "$@" > /dev/null 2>&1) 2>&1
  done | awk '{ t = 1000 * ($1 + $2); if (NR == 1 || t < least) least = t } END { printf "%d", least }'
}

packages="${1:-$work/packages}"
if [[ -z "${1:-}" ]]; then
  quietly dotnet pack -c Release -p:RunAnalyzers=false -o "$packages"
fi
packages="$(cd "$packages" && pwd)"
pointer=("$packages"/Backprop.Tool.any.*.nupkg)
version="$(basename "${pointer[0]}" .nupkg)"
version="${version#Backprop.Tool.any.}"
git diff --quiet -- '*packages.lock.json' || fail "packing changed lock files: $(git diff --name-only -- '*packages.lock.json' | tr '\n' ' ')"

echo "== what there is: $version"
libraries=()
for project in src/*/*.csproj; do
  name="$(basename "$project" .csproj)"
  if [[ "$name" != Backprop.Cli ]] && ! grep -q '<IsPackable>false' "$project"; then
    libraries+=("$name")
  fi
done
expected="$({ printf "%s.$version.nupkg\n%s.$version.snupkg\n" $(printf '%s %s ' $(for l in "${libraries[@]}"; do echo "$l $l"; done)); printf "Backprop.Tool%s.$version.nupkg\n" '' .any .linux-arm64 .linux-x64 .osx-arm64 .win-x64; } | sort)"
found="$(ls "$packages" | sort)"
[[ "$found" == "$expected" ]] || fail "other packages: $(diff <(echo "$expected") <(echo "$found") || true)"
mkdir "$work/unpacked"
for package in "$packages"/*.nupkg; do
  name="$(basename "$package" ".$version.nupkg")"
  unzip -q -o "$package" -d "$work/unpacked/$name"
  for file in README.md LICENSE icon.png; do
    [[ -s "$work/unpacked/$name/$file" ]] || fail "$name has no $file"
  done
  nuspec=("$work/unpacked/$name"/*.nuspec)
  grep -q '<license type="expression">MIT</license>' "${nuspec[0]}" && grep -q '<tags>' "${nuspec[0]}" && grep -q '<repository type="git".* commit="[0-9a-f]\{40\}"' "${nuspec[0]}" || fail "$name: $(cat "${nuspec[0]}")"
  if grep -o '<dependency id="Backprop[^>]*' "${nuspec[0]}" | grep -v "version=\"\[$version\]\""; then
    fail "$name takes another version of a package of ours"
  fi
  printf '%8.1f KB  %s\n' "$(stat -c %s "$package" | awk '{ print $1 / 1024 }')" "$(basename "$package")"
done
[[ -s "$work/unpacked/Backprop/ATTRIBUTION.md" && -s "$work/unpacked/Backprop/buildTransitive/Backprop.targets" && -s "$work/unpacked/Backprop.Tool.any/THIRD-PARTY-NOTICES.md" ]] || fail 'attribution or targets are missing'
if find "$work/unpacked"/Backprop.Tool* -iname '*duckdb*' | grep .; then
  fail 'DuckDB is in the package of the tool'
fi

# Packages of these names that the machine has from elsewhere are none of these.
mkdir -p "$work/reader"
cat > "$work/reader/nuget.config" << XML
<configuration><packageSources><add key="ours" value="$packages" /></packageSources></configuration>
XML
global="$(dotnet nuget locals global-packages --list)"
export NUGET_FALLBACK_PACKAGES="$work/others"
mkdir -p "$NUGET_FALLBACK_PACKAGES"
for folder in "${global#*: }"/*/; do
  [[ "$(basename "$folder")" == backprop* ]] || ln -s "$folder" "$NUGET_FALLBACK_PACKAGES/"
done
export NUGET_PACKAGES="$work/restored"
cd "$work/reader"

echo '== an empty project takes all of them'
mkdir empty
{
  echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup><ItemGroup>'
  for library in "${libraries[@]}"; do echo "<PackageReference Include=\"$library\" Version=\"[$version]\" />"; done
  echo '</ItemGroup></Project>'
} > empty/empty.csproj
cat > empty/program.cs << 'CS'
System.IO.File.WriteAllText("t.csv", "a,y\n1,2\n2,4\n3,6\n");
System.Console.WriteLine(Backprop.Sql.SqlReader.Read("SELECT * FROM 't.csv' WHERE a > 1", null).Rows);
CS
quietly dotnet build -c Release empty
rows="$(cd empty && dotnet bin/Release/net10.0/empty.dll)"
[[ "$rows" == 2 ]] || fail "2 rows expected, $rows found"

echo '== samples'
mkdir samples
for sample in "$root"/samples/*.cs; do
  name="$(basename "$sample")"
  sed -E "s|^#:project \.\./src/[^/]*/(.*)\.csproj$|#:package \1@$version|; s|^#:package MathNet.Numerics$|#:package MathNet.Numerics@5.0.0|" "$sample" > "samples/$name"
  if timeout 600 dotnet run -c Release "samples/$name" > "$work/output" 2>&1; then
    echo "$name: $(tail -1 "$work/output")"
  else
    tail -20 "$work/output"
    fail "$name"
  fi
done

echo '== ahead of time'
sed -E "s|^#:project .*/(.*)\.csproj$|#:package \1@$version|" "$root/tests/aot/csv.cs" > samples/csv.cs
if command -v clang > /dev/null || command -v gcc > /dev/null; then
  quietly dotnet publish samples/csv.cs -o native
  quietly dotnet build -c Release samples/csv.cs -o jit
  start="$(milliseconds native/csv)" jit_start="$(milliseconds dotnet jit/csv.dll)"
  mkdir native/run jit/run
  run="$(cd native/run && milliseconds ../csv model)" jit_run="$(cd jit/run && milliseconds dotnet ../csv.dll model)"
  cmp -s native/run/model jit/run/model || fail 'other bits than under the just-in-time compiler'
  echo "a program on Backprop.Tables: $(($(stat -c %s native/csv) / 1024)) KB; starts in $start ms (20 asked), trains and predicts in $run ms; just in time: $jit_start and $jit_run ms"
  (( start <= 20 )) || fail "starts in $start ms"
else
  echo 'skipped: ahead of time: no linker (clang or gcc)'
fi

echo '== the tool'
quietly dotnet tool install Backprop.Tool --version "$version" --tool-path "$work/tool"
size="$(du -sm "$work/tool" | cut -f1)"
echo "$size MB on the disk (60 allowed)"
(( size <= 60 )) || fail "$size MB"
dotnet="$(dirname "$(readlink -f "$(command -v dotnet)")")"
mkdir -p "$work/runtime/shared" "$work/run"
cp -r "$dotnet/host" "$dotnet/dotnet" "$work/runtime/"
cp -r "$dotnet/shared/Microsoft.NETCore.App" "$work/runtime/shared/"
cd "$work/run"
bare=(env -u DOTNET_HOST_PATH DOTNET_ROOT="$work/runtime" BACKPROP_PLUGINS="$work/plugins" PATH="$work/tool:/usr/bin:/bin")
"${bare[@]}" backprop train --quiet --json > train.json 2> train.log || { cat train.log; fail 'train on a machine with the runtime alone'; }
echo "trained on digits with nothing but the runtime: accuracy $(sed -E 's/.*"accuracy":([0-9.]*).*/\1/' train.json), $("${bare[@]}" backprop --version)"
code=0
"${bare[@]}" backprop serve --port 0 > serve.log 2>&1 || code=$?
(( code == 3 )) && grep -q 'aspnetcore-runtime-10.0' serve.log || fail "serve without ASP.NET: $code, $(cat serve.log)"
printf 'a,y\n1,2\n2,4\n3,6\n' > t.csv
code=0
"${bare[@]}" backprop data --query "SELECT * FROM 't.csv'" > query.log 2>&1 || code=$?
(( code == 3 )) && grep -q 'backprop plugin sql' query.log || fail "--query without DuckDB: $code, $(cat query.log)"
help="$(processor "${bare[@]}" backprop --help)"
echo "--help: $help ms of processor time (150 asked), $(milliseconds "${bare[@]}" backprop --help) ms on the clock"
(( help <= 150 )) || fail "--help takes $help ms"
code=0
"${bare[@]}" backprop plugin sql > plugin.log 2>&1 || code=$?
(( code == 3 )) && [[ ! -e "$work/plugins" || -z "$(ls "$work/plugins")" ]] || fail "plugin without the SDK: $code, $(cat plugin.log)"
BACKPROP_PLUGINS="$work/plugins" DOTNET_ROOT="$dotnet" "$work/tool/backprop" plugin sql --source "$packages" 2>&1 || fail 'plugin sql'
"${bare[@]}" backprop data --query "SELECT * FROM 't.csv'" --json 2> query.log | grep -q '"rows":3' || fail "--query with the plug-in: $(cat query.log)"
echo "the plug-in: $(du -sm "$work/plugins" | cut -f1) MB"
DOTNET_ROOT="$dotnet" "$work/tool/backprop" serve --port 0 > address 2> serve.log &
server=$!
for _ in $(seq 100); do [[ -s address ]] && break; sleep 0.2; done
DOTNET_ROOT="$dotnet" timeout 60 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/${0##*:}"; printf "GET / HTTP/1.0\r\nHost: ${0#http://}\r\n\r\n" >&3; cat <&3' "$(cat address)" 2> /dev/null | grep -q '<title>Backprop' || fail "serve: $(cat address serve.log)"
kill "$server"
wait "$server" || true

if quietly_pwsh="$(dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/pwsh" --add-source https://api.nuget.org/v3/index.json 2>&1)"; then
  "$work/tool/backprop" completion powershell > complete.ps1
  cat >> complete.ps1 << 'PS'
foreach ($line in 'backprop tra', 'backprop train --optimiz', 'backprop train --optimizer ad', 'backprop check --precision ') {
  (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText -join ' '
}
PS
  completed="$(PATH="$work/tool:$PATH" DOTNET_ROOT="$dotnet" "$work/pwsh/pwsh" -NoProfile -File complete.ps1)"
  [[ "$completed" == $'train\n--optimizer\nadadelta adagrad adam adamw\ndouble float' ]] && echo 'PowerShell completes' || fail "PowerShell completes otherwise: $completed"
else
  echo "skipped: PowerShell: $(tail -1 <<< "$quietly_pwsh")"
fi

echo '== versions'
unset NUGET_PACKAGES NUGET_FALLBACK_PACKAGES
packed() { # FOLDER EXPECTED [NAME=VALUE…]
  local folder="$1" wanted="$2"
  shift 2
  quietly env "$@" dotnet pack -c Release -p:RunAnalyzers=false "$folder/src/Backprop" -o "$folder/out"
  if [[ -f "$folder/out/Backprop.$wanted.nupkg" ]]; then echo "$(basename "$folder"): $wanted"; else fail "$(basename "$folder"): $wanted expected, $(ls "$folder/out") found"; fi
}
git -C "$root" archive --prefix=archive/ HEAD | tar -x -C "$work"
packed "$work/archive" 0.1.0-alpha.0
git clone -q "file://$root" "$work/tagged"
git -C "$work/tagged" -c user.name=x -c user.email=x tag -a v1.2.3 -m x
packed "$work/tagged" 1.2.3 CI=true
git clone -q --depth 1 "file://$root" "$work/shallow"
packed "$work/shallow" 0.1.0-alpha.0
exit "$status"
