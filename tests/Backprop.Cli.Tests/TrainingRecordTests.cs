using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>What a run leaves beside its model: log, TensorBoard events, report.</summary>
public sealed class TrainingRecordTests : Tool
{
    [Fact]
    public void TensorBoardReadsTheEvents()
    {
        JsonElement train = Json("train", "builtin:iris", "--epochs", "3", "--tensorboard", "tb/run1", "--log", "log.jsonl", "--json", "--quiet");
        List<(double Time, long Step, string? Version, string? Tag, float Value)> events = [.. Records(File.ReadAllBytes(Directory.GetFiles(At("tb/run1"), "events.out.tfevents.*").Single())).Select(Event)];
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.All(events, one => Assert.InRange(one.Time, 1.6e9, 1e11));
        Assert.Equal([1, 2, 3], events.Where(one => one.Tag == "loss/training").Select(one => one.Step));
        double[] logged = [.. File.ReadAllLines(At("log.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("loss").GetDouble())];
        Assert.Equal(logged.Select(loss => (float)loss), events.Where(one => one.Tag == "loss/training").Select(one => one.Value));
        float[] accuracies = [.. events.Where(one => one.Tag == "validation/accuracy").Select(one => one.Value)];
        Assert.Equal(3, accuracies.Length);
        float[] losses = [.. events.Where(one => one.Tag == "validation/log_loss").Select(one => one.Value)]; // what the recipe watches
        Assert.Equal((float)train.GetProperty("validation").GetProperty("accuracy").GetDouble(), accuracies[losses.IndexOf(losses.Min())]);
    }

    /// <summary>HistogramProto: doubles min, max, num, sum, sum_squares, and packed where buckets end and what they hold; of about 50 epochs, and of the last.</summary>
    [Fact]
    public void TensorBoardReadsTheHistograms()
    {
        string[] train = ["train", "builtin:iris", "--epochs", "120", "--network", "5:tanh", "--validation", "0.2", "--preprocess", "none", "--json", "--quiet"];
        string sha = Json([.. train, "--tensorboard", "tb"]).GetProperty("sha256").GetString()!;
        Assert.Equal(sha, Json(train).GetProperty("sha256").GetString()); // looking changes no bit
        var found = new List<(string Tag, long Step, double[] Numbers, double[] Ends, double[] Counts)>();
        foreach (byte[] record in Records(File.ReadAllBytes(Directory.GetFiles(At("tb")).Single())))
        {
            List<(int Field, ReadOnlyMemory<byte> Content, long Number)> fields = Fields(record);
            if (fields.Find(field => field.Field == 5).Content is { Length: > 0 } summary && Fields(Fields(summary)[0].Content) is var value && value.Exists(field => field.Field == 5))
            {
                List<(int Field, ReadOnlyMemory<byte> Content, long Number)> histo = Fields(value.Find(field => field.Field == 5).Content);
                Assert.Equal([1, 2, 3, 4, 5, 6, 7], histo.Select(field => field.Field));
                found.Add((Encoding.UTF8.GetString(value.Find(field => field.Field == 1).Content.Span), fields.Find(field => field.Field == 2).Number, [.. histo.Take(5).SelectMany(field => Doubles(field.Content))], Doubles(histo[5].Content), Doubles(histo[6].Content)));
            }
        }

        Assert.Equal(["deltas/layer 1", "deltas/layer 2", "gradients/layer 1", "gradients/layer 2", "weights/layer 1", "weights/layer 2"], found.Select(one => one.Tag).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(1, 40).Select(n => 3L * n), found.Where(one => one.Tag == "deltas/layer 2").Select(one => one.Step));
        Assert.All(found, one =>
        {
            Assert.Equal(one.Ends.Length, one.Counts.Length);
            Assert.Equal(one.Ends.Order(), one.Ends);
            Assert.Equal(one.Numbers[1], one.Ends[^1]);
            Assert.Equal(one.Numbers[2], one.Counts.Sum());
            Assert.InRange(one.Numbers[3], one.Numbers[0] * one.Numbers[2], one.Numbers[1] * one.Numbers[2]);
            Assert.True(one.Numbers[4] >= one.Numbers[3] * one.Numbers[3] / one.Numbers[2] * (1 - 1e-12)); // Cauchy and Schwarz
        });
        Assert.Equal([20, 15, 5 * 64, 3 * 64], new[] { "weights/layer 1", "weights/layer 2", "deltas/layer 1", "deltas/layer 2" }.Select(tag => (int)found.First(one => one.Tag == tag).Numbers[2]));
    }

    private static double[] Doubles(ReadOnlyMemory<byte> packed) => [.. Enumerable.Range(0, packed.Length / 8).Select(n => BinaryPrimitives.ReadDoubleLittleEndian(packed.Span[(8 * n)..]))];

    /// <summary>After roll-backs, after a resumption, and where the log ran ahead of the checkpoint: every epoch once, in order.</summary>
    [Fact]
    public void LogAndEventsSayOneHistory()
    {
        Write("d.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 64).Select(n => FormattableString.Invariant($"{3 * Math.Sin(n)},{9 * Math.Sin(n)}"))));
        string[] train = ["train", "d.csv", "--network", "1-1:identity", "--loss", "squared_error", "--optimizer", "sgd", "--batch-size", "64", "--validation", "0", "--preprocess", "none", "--log", "l.jsonl", "--tensorboard", "tb", "--checkpoint", "ck"];
        (int code, _, string error) = Run([.. train, "--learning-rate", "1.5", "--epochs", "60", "--on-divergence", "rollback"]);
        Assert.Equal(0, code);
        Assert.Contains("Back to step", error);
        OneHistory(60);
        foreach (string file in Directory.GetFiles(At("ck"), "checkpoint-*").Order(StringComparer.Ordinal).Skip(1))
        {
            File.Delete(file); // as if it had been killed two epochs ago, after the log was written
        }

        Assert.Equal(0, Run("train", "--resume", "ck", "--quiet").Code);
        OneHistory(60);
        string events = Directory.GetFiles(At("tb")).Single();
        foreach (int left in new[] { 0, 7, 3000 }) // as if the disk had been full
        {
            File.WriteAllBytes(events, File.ReadAllBytes(events)[..left]);
            Assert.Equal(0, Run("train", "--resume", "ck", "--quiet").Code);
            OneHistory(60);
        }
    }

    /// <summary>Cut off, or spoiled in the middle: what is sound stays, histograms too, scalars are completed, and what is lost is said.</summary>
    [Fact]
    public void TornEventsLoseOnlyWhatWasTorn()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "5:tanh", "--epochs", "6", "--validation", "0.2", "--tensorboard", "tb", "--checkpoint", "ck", "--quiet").Code);
        string events = Directory.GetFiles(At("tb")).Single();
        byte[] whole = File.ReadAllBytes(events);
        int[] lengths = [.. Records(whole).Select(record => record.Length + 16)];
        (long Step, bool IsScalar, string Value)[] all = [.. Records(whole).Select(Identified)];
        int of4 = Array.FindIndex(all, one => one.Step == 4), histogram = Array.FindIndex(all, one => one.Step == 4 && !one.IsScalar);
        foreach ((int sound, bool isSpoiled) in new[] { (all.Length - 1, false), (histogram + 2, false), (histogram, true), (of4 + 3, false), (of4, true), (1, true) })
        {
            int at = lengths.Take(sound).Sum();
            byte[] torn = isSpoiled ? [.. whole] : whole[..(at + 30)];
            torn[at + 25] ^= 1;
            File.WriteAllBytes(events, torn);
            (int code, _, string error) = Run("train", "--resume", "ck", "--quiet");
            Assert.Equal(0, code);
            Assert.Contains($"histograms from epoch {Math.Max(1, all[sound - 1].Step)} on that stood behind are lost", error);
            Assert.Equal(all.Where((one, n) => n < sound || one.IsScalar), Records(File.ReadAllBytes(events)).Select(Identified));
        }

        File.WriteAllBytes(events, [.. whole, .. whole[^lengths[^1]..^9]]); // as if killed within an event of an epoch that is to come again
        Assert.Contains("were torn", Run("train", "--resume", "ck", "--quiet").Error);
        Assert.Equal(whole, File.ReadAllBytes(events));
        Assert.DoesNotContain("events", Run("train", "--resume", "ck", "--quiet").Error);
        Assert.Equal(whole, File.ReadAllBytes(events));
    }

    /// <summary>An event without its time.</summary>
    private static (long Step, bool IsScalar, string Value) Identified(byte[] record)
    {
        string text = Convert.ToHexString(record.AsSpan(9));
        return (record[10], !text.Contains(Convert.ToHexString("/layer "u8), StringComparison.Ordinal), text);
    }

    private void OneHistory(int epochs)
    {
        Assert.Equal(Enumerable.Range(1, epochs), File.ReadAllLines(At("l.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("epoch").GetInt32()));
        Assert.Equal(Enumerable.Range(1, epochs), Records(File.ReadAllBytes(Directory.GetFiles(At("tb")).Single())).Select(Event).Where(one => one.Tag == "loss/training").Select(one => (int)one.Step));
    }

    /// <summary>A device that is always full in the place of the log: the model is saved, and what is missing is said.</summary>
    [Fact]
    public void AFullDiskCostsTheLogAndNotTheModel()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        File.CreateSymbolicLink(At("l.jsonl"), "/dev/full");
        (int code, _, string error) = Run("train", "builtin:iris", "--epochs", "2", "--log", "l.jsonl", "--quiet");
        Assert.Equal(3, code);
        Assert.Contains("the model is saved, but the log", error);
        Assert.Equal(0, Run("evaluate", "model.safetensors", "builtin:iris").Code);
    }

    /// <summary>Nor do the report and standard output: a file in the place of a device.</summary>
    [Fact]
    public void AFullDiskCostsTheReportAndNotTheModel()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        File.CreateSymbolicLink(At("r.html"), "/dev/full");
        (int code, string output, string error) = Run("train", "builtin:iris", "--network", "4:tanh", "--epochs", "2", "--report", "r.html", "--json", "--quiet");
        Assert.Equal(3, code);
        Assert.Contains("the model is saved, but the report is not: cannot write 'r.html'", error);
        Assert.Equal(Json("train", "builtin:iris", "--network", "4:tanh", "--epochs", "2", "--json", "--quiet").GetProperty("sha256").GetString(), JsonSerializer.Deserialize<JsonElement>(output).GetProperty("sha256").GetString());
        Assert.Equal(0, Run("evaluate", "model.safetensors", "builtin:iris").Code);
    }

    /// <summary>The event file of a resumed run is a device that nothing can be written to, from its first byte on.</summary>
    [Fact]
    public void AFullDiskCostsTheEventsAndNotTheModel()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        string[] train = ["train", "builtin:iris", "--network", "4:tanh", "--epochs", "2", "--checkpoint", "cp", "--tensorboard", "tb", "--quiet"];
        Assert.Equal(0, Run(train).Code);
        string events = Directory.GetFiles(At("tb")).Single();
        File.Delete(events);
        File.CreateSymbolicLink(events, "/dev/full");
        (int code, _, string error) = Run("train", "--resume", "cp", "--epochs", "4", "-o", "n.st", "--quiet");
        Assert.Equal(3, code);
        Assert.Contains("the model is saved, but the events 'tb/", error);
        Assert.Equal(0, Run("evaluate", "n.st", "builtin:iris").Code);
    }

    /// <summary>Standard output on a full disk: what cannot be written is said, of train that the model is there.</summary>
    [Fact]
    public async Task AFullStandardOutputIsNamed()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        async Task<string> Error(params string[] args)
        {
            using var error = new MemoryStream();
            await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            Assert.Equal(3, await Task.Run(() => Program.Run(args, Stream.Null, full, error, Folder), TestContext.Current.CancellationToken));
            return Encoding.UTF8.GetString(error.ToArray());
        }

        Assert.Contains("the model is saved, but the line of JSON is not printed: cannot write to standard output", await Error("train", "builtin:iris", "--network", "4:tanh", "--epochs", "1", "--json", "--quiet"));
        foreach (string[] command in new string[][] { ["summary", "model.safetensors"], ["evaluate", "model.safetensors", "builtin:iris"], ["predict", "model.safetensors", "builtin:iris"], ["predict", "model.safetensors", "builtin:iris", "--json"], ["completion", "bash"], ["--help"] })
        {
            Assert.Contains("backprop: cannot write to standard output", await Error(command));
        }
    }

    /// <summary>The recipe's several networks become one, which is said; a run that is refused leaves no folder.</summary>
    [Fact]
    public void WhatTensorBoardCostsIsSaid()
    {
        JsonElement one = Json("train", "builtin:iris", "--epochs", "1", "--tensorboard", "tb", "--json", "--quiet");
        Assert.Equal(1, one.GetProperty("members").GetInt32());
        Assert.Equal("one network is trained in place of 8, since one is all that can be followed; --tensorboard", Assert.Single(one.GetProperty("warnings").EnumerateArray()).GetString());
        Assert.Equal(8, Json("train", "builtin:iris", "--epochs", "1", "--json", "--quiet").GetProperty("members").GetInt32());
        foreach (string[] alone in new string[][] { ["--ensemble", "1"], ["--preset", "fast"], ["--network", "4:tanh"], ["--validation", "0.3"] })
        {
            Assert.Empty(Json(["train", "builtin:iris", "--epochs", "1", "--tensorboard", "tb", "--json", "--quiet", .. alone]).GetProperty("warnings").EnumerateArray());
        }

        Directory.CreateDirectory(At("there"));
        Assert.Equal(2, Run("train", "builtin:iris", "--folds", "3", "--tensorboard", "tb9/run").Code);
        Assert.Equal(2, Run("train", "builtin:iris", "--folds", "3", "--tensorboard", "there/run").Code);
        Assert.False(Directory.Exists(At("tb9")));
        Assert.Empty(Directory.GetFileSystemEntries(At("there")));
    }

    /// <summary>A report changes no bit: a run that began without one may end with one.</summary>
    [Fact]
    public void AResumedRunMayBeReported()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "4:tanh", "--epochs", "2", "--checkpoint", "cp", "-o", "m.st", "--quiet").Code);
        (int code, _, string error) = Run("train", "--resume", "cp", "--report", "r.html", "-o", "n.st", "--quiet");
        Assert.True(code == 0, error);
        Assert.Equal(File.ReadAllBytes(At("m.st")), File.ReadAllBytes(At("n.st")));
        Assert.Contains("What columns matter", File.ReadAllText(At("r.html")));
        Assert.Equal(2, Run("train", "--resume", "cp", "--report", "n.st", "-o", "n.st", "--quiet").Code);
    }

    /// <summary>What is warned of stands in the line of JSON, however quiet the run is.</summary>
    [Fact]
    public void RareClassesAreAWarning()
    {
        Write("c.csv", "a,b,k\n" + string.Join('\n', Enumerable.Range(0, 200).Select(row => $"{row * 37 % 101 / 7.0:F3},{row * 53 % 97 / 7.0:F3},{(row % 40 == 0 ? "z" : row % 2 == 0 ? "x" : "y")}")));
        string[] train = ["train", "c.csv", "--target", "k", "--epochs", "1", "-o", "m.st"];
        foreach (string[] how in new string[][] { ["--json"], ["--json", "--quiet"] })
        {
            string[] warnings = [.. Json([.. train, .. how]).GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!)];
            Assert.Contains(warnings, warning => warning.StartsWith("one class of few rows (z: 5 of 200, 2.5 %)", StringComparison.Ordinal));
            Assert.Contains(warnings, warning => warning.Contains("fewer rows than the 8 folds (z: 5)", StringComparison.Ordinal));
        }

        Assert.Contains("backprop: warning: one class of few rows", Run(train).Error);
        Assert.DoesNotContain("few rows", Run([.. train, "--quiet"]).Error); // nothing is lost by it
    }

    /// <summary>A log that is another name of the data takes its name, not its content.</summary>
    [Fact]
    public void AHardLinkKeepsWhatItHolds()
    {
        Assert.SkipUnless(File.Exists("/bin/ln") || File.Exists("/usr/bin/ln"), "there is no ln command here");
        Write("d.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 20).Select(n => $"{n * 7 % 23},{2 * n}")));
        string before = File.ReadAllText(At("d.csv"));
        System.Diagnostics.Process.Start("ln", [At("d.csv"), At("l.jsonl")])!.WaitForExit();
        Assert.Equal(0, Run("train", "d.csv", "--network", "2:tanh", "--epochs", "2", "--log", "l.jsonl", "--quiet").Code);
        Assert.Equal(before, File.ReadAllText(At("d.csv")));
        Assert.Equal(2, File.ReadAllLines(At("l.jsonl")).Length);
    }

    [Fact]
    public void TheChecksumIsTheOneThatIsPublished() => Assert.Equal(0xE3069283, Crc32C("123456789"u8));

    [Fact]
    public void TheReportStandsByItself()
    {
        Write("r.csv", "x,label\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 41},{(n % 2 == 0 ? "<b>" : "a&b")}")));
        Assert.Equal(0, Run("train", "r.csv", "--epochs", "3", "--report", "r.html", "--optimizer", "sgd", "--momentum", "0.5", "--quiet").Code);
        string page = File.ReadAllText(At("r.html"));
        Assert.Equal(6, page.Split("<svg").Length - 1); // loss, accuracy, ROC, precision and recall, calibration, what x does
        Assert.Contains("a&amp;b", page);
        Assert.DoesNotContain("<b>", page);
        Assert.DoesNotContain("http", page);
        Assert.Contains("--optimizer sgd --momentum 0.5", page);
        Assert.Contains("Validation accuracy", page);
        Assert.DoesNotContain("NaN", page);
    }

    [Theory]
    [InlineData("--report", "no/r.html")]
    [InlineData("--log", "no/l.jsonl")]
    [InlineData("--tensorboard", "file/tb")]
    [InlineData("--checkpoint", "file/ck")]
    [InlineData("-o", "no/m.st")]
    public void WhatCannotBeWrittenIsToldBeforeTraining(string option, string path)
    {
        Write("file", "");
        (int code, _, string error) = Run("train", "builtin:iris", option, path);
        Assert.Equal(3, code);
        Assert.Contains("cannot", error);
        Assert.DoesNotContain("epoch", error);
    }

    /// <summary>TFRecord: length, masked sum of the length, data, masked sum of the data.</summary>
    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file.AsSpan(at + 12, length).ToArray();
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return data;
            at += 16 + length;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc32C(bytes);
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }

    /// <summary>Bit by bit, by the reversed polynomial.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
            }
        }

        return ~crc;
    }

    private static (double Time, long Step, string? Version, string? Tag, float Value) Event(byte[] record)
    {
        (double Time, long Step, string? Version, string? Tag, float Value) result = default;
        foreach ((int field, ReadOnlyMemory<byte> content, long number) in Fields(record))
        {
            switch (field)
            {
                case 1:
                    result.Time = BinaryPrimitives.ReadDoubleLittleEndian(content.Span);
                    break;
                case 2:
                    result.Step = number;
                    break;
                case 3:
                    result.Version = Encoding.UTF8.GetString(content.Span);
                    break;
                default:
                    Assert.Equal(5, field);
                    ReadOnlyMemory<byte> value = Assert.Single(Fields(content)).Content;
                    foreach ((int inner, ReadOnlyMemory<byte> part, _) in Fields(value))
                    {
                        (result.Tag, result.Value) = inner == 1 ? (Encoding.UTF8.GetString(part.Span), result.Value) : (result.Tag, BinaryPrimitives.ReadSingleLittleEndian(part.Span));
                    }

                    break;
            }
        }

        return result;
    }

    private static List<(int Field, ReadOnlyMemory<byte> Content, long Number)> Fields(ReadOnlyMemory<byte> message)
    {
        var fields = new List<(int, ReadOnlyMemory<byte>, long)>();
        int at = 0;
        long Varint()
        {
            long value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte b = message.Span[at++];
                value |= (long)(b & 0x7F) << shift;
                if (b < 0x80)
                {
                    return value;
                }
            }
        }

        while (at < message.Length)
        {
            long key = Varint();
            (int length, long number) = (key & 7) switch { 0 => (0, Varint()), 1 => (8, 0), 2 => ((int)Varint(), 0), 5 => (4, 0L), _ => throw new InvalidOperationException($"wire type {key & 7}") };
            fields.Add(((int)(key >> 3), message.Slice(at, length), number));
            at += length;
        }

        return fields;
    }
}
