#!/usr/bin/env bash
# Models written as C#, as users build them: each file alone by `dotnet run FILE.cs`, and in a project for netstandard2.1 and C# 9 that a program calls. Each number has the bits that
# `backprop predict` writes, and programs of odd labels, units, flags and several targets print its very bytes. Then how fast the source is beside the engine and ONNX Runtime, all on one thread, and how long
# the compiler takes for weights of 1 MB and 10 MB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=true DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dotnet build -c Release --nologo -v q src/Backprop.Cli > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
BACKPROP_DRAWN_MODELS=52 dotnet run -c Release --project tests/Backprop.Interchange.Tests -- -class '*CSharp.NetworkTests' || { echo 'FAILED: drawn models'; exit 1; }
onnx_runtime="$(sed -nE 's/.*"Microsoft.ML.OnnxRuntime" Version="([^"]*)".*/\1/p' Directory.Packages.props)"
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

# Labels and cells with what TSV quotes, values with units, flags by thresholds, several targets with deviations: programs read TSV and print what predict writes below its head.
python3 - << 'END'
import random
random.seed(2)
towns = ["Ulm", 'Bo"nn', "Köln, Süd", "two\nlines", "a\tb", '"', "☃ 😀", "it's"]
def quoted(text): return '"' + text.replace('"', '""') + '"'
def row():
    size, town = random.uniform(1, 20), random.choice(towns)
    kind = town if random.random() < 0.9 else random.choice(towns)
    return [random.choice([f"{size:.3f}"] * 9 + [""]), f"{1000 * size:,.2f} €", town, kind, f"€{1000 * (size + random.random()):,.2f}", f"{3 * size:.3f}", str(int(size > 12)), str(int(size + random.random() * 9 > 12))]
names = ["size", "fee", "town", "kind", "price", "weight", "left", "right"]
for file, count in ("odd-train", 300), ("odd-new", 80):
    rows = [row() for _ in range(count)]
    with open(f"{file}.tsv", "w", newline="") as out:
        out.writelines("\t".join(map(quoted, one)) + "\n" for one in [names, *rows])
with open("odd.cells", "w", newline="") as out:
    out.writelines("\t".join(map(quoted, one[:3])) + "\n" for one in rows)
END
odd() { # NAME TARGETS OPTION…
  local name="$1" targets="$2"
  shift 2
  "${backprop[@]}" train odd-train.tsv --target "$targets" --ignore "$(printf '%s\n' kind price weight left right | grep -vxF "$(tr ',' '\n' <<< "$targets")" | paste -sd,)" --quiet -o odd.safetensors "$@" 2> log || { cat log; exit 1; }
  "${backprop[@]}" export odd.safetensors --to csharp -o "$name.cs" --main > /dev/null 2> log || { cat log; exit 1; }
  "${backprop[@]}" predict odd.safetensors odd-new.tsv -o odd.tsv 2> log || { cat log; exit 1; }
  dotnet run "$name.cs" < odd.cells > odd.found
  # the head can have line ends in it too: what stands before as many bytes as are found
  if tail -c "$(stat -c %s odd.found)" odd.tsv | cmp - odd.found && head -c "-$(stat -c %s odd.found)" odd.tsv | grep -q "^${targets%%,*}"; then
    echo "$name.cs alone, $targets: $(stat -c %s odd.found) bytes, those of predict"
  else
    echo "FAILED: $name.cs, $targets"
    status=1
  fi
}
odd Labels kind --network 16:relu --epochs 60 --learning-rate 0.05
grep -q '^"two$' odd.found || { echo 'FAILED: no label with a line end was predicted'; status=1; }
odd Prices price --network 8:relu --epochs 5
odd Flags left,right --network 8:relu --epochs 20 --threshold f1
odd Both price,weight --network 8:tanh --epochs 5 --loss gaussian_nll

# Microseconds: the least of twenty rounds each, one after another in turns, so that what else the machine does meets all alike.
mkdir speed
"${backprop[@]}" train builtin:digits --preprocess none --network 128:relu-64:relu --epochs 2 --quiet -o speed/digits.safetensors
"${backprop[@]}" export speed/digits.safetensors --to csharp -o speed/Digits.cs > /dev/null 2> log
"${backprop[@]}" export speed/digits.safetensors --to onnx --bare -o speed/digits.onnx > /dev/null
cat > speed/speed.csproj << END
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings></PropertyGroup><ItemGroup><Reference Include="$(dirname "${backprop[1]}")/Backprop.dll" /><Reference Include="$(dirname "${backprop[1]}")/Backprop.Tables.dll" /><PackageReference Include="Microsoft.ML.OnnxRuntime" Version="$onnx_runtime" /></ItemGroup></Project>
END
cat > speed/Program.cs << 'END'
using System.Diagnostics;
using System.Globalization;
using Backprop.Propagation;
using Backprop.ModelFiles;
using Backprop.Networks;
using Microsoft.ML.OnnxRuntime;

Network<float> network = ModelFile<float>.Read("digits.safetensors").Network;
using var predictor = new Predictor<float>(network);
using var session = new InferenceSession("digits.onnx", new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 });
using var run = new RunOptions();
foreach (int rows in new[] { 1, 1000 })
{
    double[] numbers = [.. Enumerable.Range(0, 64 * rows).Select(n => (double)(n * 7 % 17))], outputs = new double[10 * rows];
    float[] floats = Array.ConvertAll(numbers, x => (float)x), y = new float[10 * rows], z = new float[10 * rows];
    using OrtValue input = OrtValue.CreateTensorValueFromMemory(floats, [rows, 64]), output = OrtValue.CreateTensorValueFromMemory(z, [rows, 10]);
    Action[] ways = [() => Digits.Predict(numbers, outputs), () => predictor.Predict(floats, y), () => session.Run(run, ["x"], [input], ["y"], [output])];
    double[] least = [double.MaxValue, double.MaxValue, double.MaxValue];
    int calls = rows == 1 ? 2000 : 20;
    for (int round = 0; round < 25; round++)
    {
        for (int n = 0; n < ways.Length; n++)
        {
            long began = Stopwatch.GetTimestamp();
            for (int call = 0; call < calls; call++)
            {
                ways[n]();
            }

            least[n] = round < 5 ? least[n] : Math.Min(least[n], Stopwatch.GetElapsedTime(began).TotalMicroseconds / calls); // the first are the compiler's
        }
    }

    if (outputs.Zip(y).Concat(outputs.Zip(z)).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-5))
    {
        Console.Error.WriteLine($"FAILED: {rows} rows: other numbers");
        return 1;
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} rows of 64-128-64-10, one thread: C# {least[0]:F1} us, engine {least[1]:F1} us, ONNX Runtime {least[2]:F1} us"));
}

return 0;
END
dotnet build -c Release --nologo -v q speed > log 2>&1 || { cat log; exit 1; }
echo "load before: $(cut -d' ' -f1 /proc/loadavg) on $(nproc) cores"
(cd speed && dotnet bin/Release/net10.0/speed.dll) || status=1

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
