#!/usr/bin/env bash
# Models written as C#, as users build them: each file alone by `dotnet run FILE.cs`, and in a project for netstandard2.1 and C# 9 that a program calls. Each number has the bits that
# `backprop predict` writes. Then how long the compiler takes for weights of 1 MB and 10 MB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=true DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dotnet build -c Release --nologo -v q src/Backprop.Cli > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
BACKPROP_DRAWN_MODELS=52 dotnet run -c Release --project tests/Backprop.Interchange.Tests -- -class '*CSharp.NetworkTests' || { echo 'FAILED: drawn models'; exit 1; }
backprop=(dotnet "$PWD/src/Backprop.Cli/bin/Release/net10.0/Backprop.Cli.dll")
cd "$work"

python3 - << 'END'
import math, random
random.seed(1)
def number(x): return format(x, ".4f")
def row():
    size, town, is_open = random.uniform(5, 25), random.choice(["Ulm", "Bonn", "Köln", "Trier"]), random.choice(["yes", "no"])
    day = f"20{random.randint(10, 20)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    cost = 100 * size + (300 if is_open == "yes" else 0) + random.randint(0, 400)
    kind = "small" if size < 10 else "middle" if size < 18 else "large"
    return [random.choice([number(size)] * 9 + ["", "?"]), town, is_open, day, number(cost), kind]
names = ["size", "town", "open", "day", "cost", "kind"]
for file, count in ("train", 400), ("new", 60):
    with open(f"{file}.csv", "w") as out:
        out.write(",".join(names) + "\n")
        rows = [row() for _ in range(count)]
        out.writelines(",".join(one) + "\n" for one in rows)
        if file == "new":
            for target, others in ("kind", names[:5]), ("cost", names[:4] + ["kind"]):
                with open(f"{target}.tsv", "w") as cells:
                    cells.writelines("\t".join(one[names.index(name)] for name in others) + "\n" for one in rows)
END

"${backprop[@]}" train train.csv --target kind --epochs 5 --folds 3 --quiet -o kind.safetensors
"${backprop[@]}" train train.csv --target cost --epochs 5 --network 24:gelu,layer_norm-24:tanh,residual --loss gaussian_nll --precision double --quiet -o cost.safetensors
status=0
mkdir standard program
cat > standard/standard.csproj << 'END'
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>netstandard2.1</TargetFramework><LangVersion>9</LangVersion><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>
END
cat > program/program.csproj << 'END'
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup><ItemGroup><ProjectReference Include="../standard/standard.csproj" /></ItemGroup></Project>
END
echo 'return args[0] == "kind" ? Of.Kind.Main(args[1..]) : Of.Cost.Main(args[1..]);' > program/program.cs
for model in kind cost; do
  name="${model^}"
  "${backprop[@]}" predict "$model.safetensors" new.csv -o "$model.csv"
  tail -n +2 "$model.csv" | tr ',' '\t' > "$model.expected"
  "${backprop[@]}" export "$model.safetensors" --to csharp -o "$name.cs" --main
  dotnet run "$name.cs" < "$model.tsv" > "$model.found"
  cmp "$model.expected" "$model.found" && echo "$name.cs alone: $(wc -l < "$model.found") rows, the same bytes as predict" || { echo "FAILED: $name.cs"; status=1; }
  "${backprop[@]}" export "$model.safetensors" --to csharp -o "standard/$name.cs" --main --language-version 9 --namespace Of
done
dotnet build -c Release --nologo -v q program > log 2>&1 || { cat log; exit 1; }
for model in kind cost; do
  dotnet program/bin/Release/net10.0/program.dll "$model" < "$model.tsv" > "$model.found"
  cmp "$model.expected" "$model.found" && echo "$model for netstandard2.1 and C# 9: the same bytes as predict" || { echo "FAILED: $model for netstandard2.1"; status=1; }
done

for widths in 500:relu-450:relu 1600:relu-1500:relu; do
  mkdir large
  "${backprop[@]}" train builtin:digits --preprocess none --network "$widths" --epochs 1 --quiet -o large.safetensors
  "${backprop[@]}" export large.safetensors --to csharp -o large/Large.cs --namespace Of --language-version 9
  cp standard/standard.csproj large/large.csproj
  dotnet restore -v q large
  start="$(date +%s%N)"
  dotnet build --no-restore -c Release --nologo -v q large > log 2>&1 || { cat log; exit 1; }
  echo "$(($(stat -c %s large.safetensors) / 1000)) KB of weights, $(($(stat -c %s large/Large.cs) / 1000)) KB of source: compiled in $((($(date +%s%N) - start) / 1000000)) ms"
  rm -r large
done
exit "$status"
