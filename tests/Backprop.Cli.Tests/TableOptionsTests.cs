using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>Roles of columns and dialects of files, by option and in a config.</summary>
public sealed class TableOptionsTests : Tool
{
    private static readonly string[] s_quick = ["--epochs", "2", "--quiet", "--json"];

    [Fact]
    public void DialectsAreOptionsOfEveryCommandThatReads()
    {
        Write("t.txt", "k|x|y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{"abc"[n % 3]}|{n * 7 % 30},5|{n * 7 % 30},25")));
        string[] dialect = ["--separator", "|", "--decimal", ",", "--header", "yes", "--encoding", "utf-8"];
        Json(["train", "t.txt", .. s_quick, .. dialect]);
        Assert.Equal(40, Json(["evaluate", "model.safetensors", "t.txt", "--json", .. dialect]).GetProperty("rows").GetInt32());
        Assert.Equal(40, Json(["predict", "model.safetensors", "t.txt", "--json", .. dialect]).GetProperty("rows").GetInt32());
        JsonElement data = Json(["data", "t.txt", "--json", .. dialect]);
        Assert.Equal(["text", "real", "real"], data.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("type").GetString()));
        Assert.Equal(0, Run(["gradient", "model.safetensors", "t.txt", "--json", .. dialect]).Code);
        foreach (string[] wrong in new string[][] { ["--separator", "||"], ["--decimal", ";"], ["--header", "maybe"], ["--encoding", "utf-9"], ["--encoding", "utf-7"], ["--bad-cells", "ignore"], ["--missing-target", "x"] })
        {
            Assert.Equal(2, Run(["train", "t.txt", .. wrong]).Code);
        }
    }

    /// <summary>JSON goes out in pieces; one text of it may be longer than a piece.</summary>
    [Fact]
    public void JsonMayBeLong()
    {
        string name = new('n', 200_000);
        Write("t.csv", $"{string.Join(',', Enumerable.Range(0, 3000).Select(n => $"c{n}"))},{name},y\n" + string.Join('\n', Enumerable.Range(0, 12).Select(row => string.Join(',', Enumerable.Range(0, 3002).Select(n => (n * row * 31 % 17) + 0.5)))));
        JsonElement data = Json("data", "t.csv", "--json");
        Assert.Equal(3002, data.GetProperty("columns").GetArrayLength());
        Assert.Equal(name, data.GetProperty("columns")[3000].GetProperty("name").GetString());
        Assert.Equal(name, data.GetProperty("schema").GetProperty("columns")[3000].GetProperty("name").GetString());
    }

    [Fact]
    public void RolesAreOptionsAndStandInAConfigToo()
    {
        Write("t.csv", "key,zip,n,when,size,y\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => $"K{n},{n % 4},{n},{1 + (n % 12)}/{1 + (n % 9)}/2025,{n * 7 % 30},{n * 7 % 30 * 2}.5")));
        string[] Kinds(params string[] args) => [.. Json(["data", "t.csv", "--json", .. args]).GetProperty("schema").GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("kind").GetString()!)];
        string[] date = ["--date", "when=d/m/y"];
        Assert.Equal(["ignored", "numeric", "ignored", "date", "numeric"], Kinds(date));
        Assert.Equal(["id", "categorical", "numeric", "ignored", "ignored"], Kinds("--id", "key", "--categorical", "zip", "--numeric", "n", "--ignore", "when,si*"));
        Write("c.json", """{"id": "key", "categorical": ["zip"], "ignore": ["when", "n"], "epochs": 1, "quiet": true}""");
        JsonElement trained = Json("train", "t.csv", "--config", "c.json", "--json");
        Assert.Contains("--numeric n", Json(["train", "t.csv", "--id", "key", "--ignore", "when", .. s_quick]).GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()).Single()!, StringComparison.Ordinal);
        Assert.Empty(trained.GetProperty("warnings").EnumerateArray());
        Assert.StartsWith("key,y\nK0,", Run("predict", "model.safetensors", "t.csv").Out, StringComparison.Ordinal);
        (int code, _, string error) = Run("train", "t.csv", "--ignore", "zap", "--quiet");
        Assert.Equal(2, code);
        Assert.Contains("did you mean 'zip'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void CellsThatCannotBeReadAreAnErrorOrMissing()
    {
        Write("t.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => $"{(n == 57 ? "<1.0" : $"{n * 7 % 30}")},{n * 7 % 30 * 2}.5")));
        (int code, _, string error) = Run("train", "t.csv", "--quiet");
        Assert.Equal(3, code);
        Assert.Contains("row 57", error, StringComparison.Ordinal);
        Assert.Contains("--missing '<1.0'", error, StringComparison.Ordinal);
        Assert.Contains("--categorical x", error, StringComparison.Ordinal);
        Assert.Contains("--ignore x", error, StringComparison.Ordinal);
        Json(["train", "t.csv", "--missing", "<1.0", .. s_quick]);
        Assert.Contains("'<1.0' in 't.csv', row 57", Json(["train", "t.csv", "--bad-cells", "missing", .. s_quick]).GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Write("new.csv", "x\n3\noops\n");
        (code, _, error) = Run("predict", "model.safetensors", "new.csv");
        Assert.Equal(3, code);
        Assert.Contains("row 1 (line 3), column 'x': 'oops' found", error, StringComparison.Ordinal);
        (code, string output, error) = Run("predict", "model.safetensors", "new.csv", "--bad-cells", "missing");
        Assert.Equal(0, code);
        Assert.Equal(3, output.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("'oops' in row 1", error, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsWithoutTargetAreLeftOutWhenAskedFor()
    {
        Write("t.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 30},{(n % 10 == 4 ? "" : $"{n * 7 % 30 * 2}.5")}")));
        (int code, _, string error) = Run("train", "t.csv");
        Assert.Equal(3, code);
        Assert.Contains("--missing-target drop", error, StringComparison.Ordinal);
        Assert.Equal(36, Json(["train", "t.csv", "--missing-target", "drop", "--validation", "0", .. s_quick]).GetProperty("rows").GetInt32());
    }

    [Fact]
    public void PredictionsCarryColumnsAsTheyAreWritten()
    {
        Write("t.csv", "id,zip,x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n:000},0{n % 4},{n * 7 % 30}.50,{n * 7 % 30 * 2}.5")));
        Json(["train", "t.csv", .. s_quick]);
        Assert.StartsWith("id,zip,y\n000,00,", Run("predict", "model.safetensors", "t.csv", "--id", "id,zip").Out, StringComparison.Ordinal);
        (int code, string output, string error) = Run("predict", "model.safetensors", "t.csv", "--keep");
        Assert.Equal(0, code);
        Assert.StartsWith("id,zip,x,y_given,y\n000,00,0.50,0.5,", output, StringComparison.Ordinal);
        Assert.Contains("'y_given'", error, StringComparison.Ordinal);
        Assert.Equal(2, Run("predict", "model.safetensors", "t.csv", "--id", "zap").Code);
    }

    [Fact]
    public void WhatIsIgnoredIsNotRead()
    {
        Write("t.json", string.Join('\n', Enumerable.Range(0, 40).Select(n => $$"""{"x":{{n * 7 % 30}},"tags":[{{n}}],"g":{{(n % 2 == 0 ? "true" : "false")}},"y":{{n * 7 % 30 * 2}}.5}""")));
        (int code, _, string error) = Run("train", "t.json", "--quiet");
        Assert.Equal(3, code);
        Assert.Contains("'t.json', row 0 (line 1), column 'tags': a list found, numbers or text expected; --ignore tags", error, StringComparison.Ordinal);
        Json(["train", "t.json", "--ignore", "tags", .. s_quick]);
        Assert.Contains("tags   │ not read", Run("data", "t.json", "--ignore", "tags").Out, StringComparison.Ordinal);
        Assert.Equal(0, Run(["train", "--query", "SELECT * FROM 't.json'", "--target", "y", "--ignore", "t*", "-o", "q.st", .. s_quick]).Code);
        JsonElement kept = Json("predict", "model.safetensors", "t.json", "--keep", "--json");
        Assert.Contains("column 'tags': a list in row 0 found, which is no cell: the column is left out", kept.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.True, kept.GetProperty("predictions")[0].GetProperty("g").ValueKind);
        Assert.Equal(JsonValueKind.Number, kept.GetProperty("predictions")[0].GetProperty("x").ValueKind);
        (code, _, error) = Run("predict", "q.st", "--query", "SELECT * FROM 't.json'", "--keep");
        Assert.Equal(0, code);
        Assert.Contains("column 'tags': ", error, StringComparison.Ordinal);
        Write("new.json", """{"g":true}""");
        Assert.Contains("'new.json': no row has column 'x': all its cells are taken as missing", Json("predict", "model.safetensors", "new.json", "--json").GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ExplanationsCarryWarnings()
    {
        Write("t.csv", "x,c,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 30},{"ab"[n % 2]},{n * 7 % 30 * 2}.5")));
        Json(["train", "t.csv", .. s_quick]);
        Write("new.csv", "x,c,y\n3,zap,1\n4,a,2\n");
        Assert.Contains("'zap'", Json("explain", "model.safetensors", "new.csv", "--row", "0", "--parameter", "b1[0]", "--json").GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.False(Json("explain", "model.safetensors", "new.csv", "--row", "1", "--parameter", "b1[0]", "--format", "json").TryGetProperty("warnings", out _));
    }

    [Fact]
    public void WhatWasTakenIsSaidUnlessTheRunIsQuiet()
    {
        Assert.Contains("target 'species': 3 classes (setosa, versicolor, virginica); --task regression for values\n", Run("train", "builtin:iris", "--epochs", "1").Error, StringComparison.Ordinal);
        Assert.Equal("", Run("train", "builtin:iris", "--epochs", "1", "--quiet").Error);
        Write("t.csv", "x,c,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 30},same,{n * 7 % 30 * 2}.5")));
        Assert.Contains("warning: column 'c' is ignored", Run("train", "t.csv", "--epochs", "1", "--quiet").Error, StringComparison.Ordinal); // a column is lost
    }

    /// <summary>What a command proposes it takes.</summary>
    [Fact]
    public void NoCommandProposesAnOptionThatItRejects()
    {
        string[] lines = ["x,c,y", .. Enumerable.Range(0, 60).Select(n => $"{n * 7 % 30},{"ab"[n % 2]},{n * 7 % 30 * 2}.5")];
        Write("t.csv", string.Join('\n', lines));
        Json(["train", "t.csv", .. s_quick]);
        (lines[4], lines[7]) = ("3,a,", "4,b,oops");
        Write("bad.csv", string.Join('\n', lines));
        foreach (string command in new[] { "evaluate", "gradient", "check" })
        {
            Assert.Contains("--missing-target drop", Run(command, "model.safetensors", "bad.csv").Error, StringComparison.Ordinal);
            Assert.Equal(0, Run(command, "model.safetensors", "bad.csv", "--missing-target", "drop", "--bad-cells", "missing", "--json").Code);
        }

        Assert.Equal(58, Json("evaluate", "model.safetensors", "bad.csv", "--missing-target", "drop", "--bad-cells", "missing", "--json").GetProperty("rows").GetInt32());
        string error = Run("explain", "model.safetensors", "bad.csv", "--row", "3", "--parameter", "b1[0]").Error;
        Assert.Contains("the target is missing", error, StringComparison.Ordinal);
        Assert.DoesNotContain("--missing-target", error, StringComparison.Ordinal);
        Assert.Equal(0, Run("explain", "model.safetensors", "bad.csv", "--row", "0", "--parameter", "b1[0]").Code); // other rows have nothing to do with it
        Assert.Equal(2, Run("predict", "model.safetensors", "bad.csv", "--missing-target", "drop").Code);
        lines[4] = "3,a,2.5";
        Write("oops.csv", string.Join('\n', lines));
        Assert.Contains("--bad-cells missing --missing-target drop", Run("train", "oops.csv").Error, StringComparison.Ordinal);
        Assert.Equal(58, Json(["train", "bad.csv", "--bad-cells", "missing", "--missing-target", "drop", "--validation", "0", .. s_quick]).GetProperty("rows").GetInt32());
        Write("w.csv", string.Join('\n', ["x,w,y", .. Enumerable.Range(0, 60).Select(n => $"{n * 7 % 30},1,{n * 7 % 30 * 2}.5")]));
        (int code, _, error) = Run("train", "w.csv", "--from", "model.safetensors", "-o", "n.st", "--preprocess", "none", "--ignore", "x");
        Assert.Equal(2, code);
        Assert.Contains("--preprocess", error, StringComparison.Ordinal);
        Assert.Contains("--ignore", error, StringComparison.Ordinal);
        Assert.Equal(2, Run("train", "t.csv", "--from", "model.safetensors", "-o", "n.st", "--sample-weight", "nosuch").Code);
    }

    [Fact]
    public void DataShowsWhatTrainingWouldMakeOfTheColumns()
    {
        Write("t.csv", "x,w,y\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => $"{(n == 57 ? "<1.0" : $"{n % 30}.5")},{1 + (n % 3)},{(n == 9 ? "" : $"{n % 4}")}")));
        JsonElement shown = Json("data", "t.csv", "--json", "--bad-cells", "missing", "--missing-target", "drop", "--task", "regression", "--sample-weight", "w");
        JsonElement x = shown.GetProperty("columns")[0], schema = shown.GetProperty("schema");
        Assert.Equal(("real", 1, 0.5), (x.GetProperty("type").GetString(), x.GetProperty("missing").GetInt32(), x.GetProperty("min").GetDouble()));
        Assert.Equal(["x"], schema.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        Assert.Equal("values", schema.GetProperty("target").GetProperty("kind").GetString());
        Assert.Contains(shown.GetProperty("warnings").EnumerateArray(), warning => warning.GetString()!.Contains("'<1.0' in 't.csv', row 57", StringComparison.Ordinal));
        Assert.Contains(shown.GetProperty("warnings").EnumerateArray(), warning => warning.GetString()!.Contains("1 of 60 rows", StringComparison.Ordinal));
        Assert.Equal(2, Run("data", "t.csv", "--sample-weight", "nosuch", "--missing-target", "drop", "--bad-cells", "missing").Code);
    }

    [Fact]
    public void PredictTellsHowLongItTook()
    {
        Json(["train", "builtin:iris", .. s_quick]);
        foreach (string[] to in new string[][] { [], ["-o", "p.csv"] })
        {
            JsonElement told = Json(["predict", "model.safetensors", "builtin:iris", "--json", .. to]);
            Assert.All(["reading", "predicting", "writing"], part => Assert.True(told.GetProperty("seconds").GetProperty(part).GetDouble() > 0));
            Assert.Equal(150 / told.GetProperty("seconds").GetProperty("predicting").GetDouble(), told.GetProperty("rows_per_second").GetDouble(), 1e-6);
        }

        Assert.Matches("^150 rows read in [0-9.]+ s, predicted in .* rows/s\\), written in [0-9.]+ s\n$", Run("predict", "model.safetensors", "builtin:iris", "-o", "p.csv").Error);
        Assert.Equal("", Run("predict", "model.safetensors", "builtin:iris").Error);
    }

    [Fact]
    public void NaNInArraysIsMissingWhenItIsSaid()
    {
        double[] x = [.. Enumerable.Range(0, 80).Select(n => n == 17 ? double.NaN : Math.Sin(n))];
        File.WriteAllBytes(At("X.npy"), Npy("<f8", "(40, 2)", x));
        File.WriteAllBytes(At("y.npy"), Npy("<f8", "(40,)", [.. Enumerable.Range(0, 40).Select(n => Math.Cos(n))]));
        Assert.Equal(3, Run("train", "X.npy,y.npy", "--quiet").Code);
        Json(["train", "X.npy,y.npy", "--missing", "nan", .. s_quick]);
        Assert.Equal(40, Json("evaluate", "model.safetensors", "X.npy,y.npy", "--missing", "nan", "--json").GetProperty("rows").GetInt32());
    }
}
