using System.Text;
using Backprop.Data;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Schemas;

public sealed class TargetTests
{
    public static TheoryData<string[], string[]?> Targets => new()
    {
        { ["a", "b", "a"], ["a", "b"] },
        { ["yes", "no"], ["no", "yes"] },
        { ["TRUE", "True", "false", "FALSE"], ["TRUE", "false"] },
        { ["0", "1"], ["0", "1"] },
        { ["1", "-1"], ["-1", "1"] },
        { ["1.0", "0.0"], ["0.0", "1.0"] },
        { ["1", "2"], null }, // fewer than 5 rows each
        { [.. Enumerable.Range(0, 15).Select(n => $"{n % 3}")], ["0", "1", "2"] },
        { [.. Enumerable.Range(0, 15).Select(n => $"{n % 3}.0")], ["0.0", "1.0", "2.0"] },
        { [.. Enumerable.Range(0, 14).Select(n => $"{n % 3}")], null },
        { [.. Enumerable.Range(0, 100).Select(n => $"{n % 20}")], [.. Enumerable.Range(0, 20).Select(n => $"{n}")] },
        { [.. Enumerable.Range(0, 200).Select(n => $"{n % 21}")], null },
        { [.. Enumerable.Range(0, 20).Select(n => n % 2 == 0 ? "1.5" : "2")], null },
        { [.. Enumerable.Range(0, 18).Select(n => $"{100 + n}000")], null },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void ClassesAndValuesAreToldByWhatTheCellsSay(string[] cells, string[]? labels)
    {
        Table table = Of(cells);
        foreach (Table one in (Table[])[table, Cells.Typed(table), Text(table)])
        {
            TargetColumns target = SchemaInference.Target(one, new());
            Assert.Equal(labels is null ? TargetKind.Values : TargetKind.Class, target.Kind);
            if (one == table)
            {
                Assert.Equal(labels ?? [], target.Labels ?? []);
            }
        }

        Assert.Equal(TargetKind.Class, SchemaInference.Target(table, new() { Task = TableTask.Classification }).Kind);

        static Table Text(Table table) => new("t.json", [new("x", ColumnType.Real, [.. Enumerable.Range(0, table.Rows).Select(n => n * 0.5)]), table.AsWritten(["y"]).Find("y")!]);
    }

    [Fact]
    public void WhatWasTakenIsSaid()
    {
        Assert.Equal(("target 'y': 3 classes (a, b, c)", "Task = regression"), Said(Of(["a", "b", "c", "a", "b", "c"]), new())[0]);
        Assert.Equal(("target 'y': values from 1 to 2.5", "Task = classification"), Said(Of(["1", "2.5"]), new())[0]);
        Assert.Empty(Said(Of(["1", "2.5"]), new() { Task = TableTask.Regression }));

        static (string, string)[] Said(Table table, TableOptions options)
        {
            var notes = new Notes();
            SchemaInference.Target(table, options, notes);
            return [.. notes.All.Select(note => (note.Message, string.Join(" ", note.Settings)))];
        }
    }

    [Fact]
    public void LabelsAreAsTheyAreFirstWritten()
    {
        Assert.Equal(["-0.0", "1.10", "007"], Labels("-0.0", "007", "1.10", "1.1", "0", "7"));
        Assert.Equal(["12", "1234567890123456788", "1234567890123456789"], Labels("1234567890123456789", "1234567890123456788", "12"));
        Assert.Equal(["5", "9007199254740992", "9007199254740993"], Labels("9007199254740993", "9007199254740992", "5"));
        Assert.Equal(TargetKind.Values, SchemaInference.Target(Of([.. Enumerable.Range(0, 150).Select(n => $"12345678901234567{10 + (n % 30)}")]), new()).Kind); // 30 numbers, though few doubles
        Assert.Equal(["B", "a"], Labels("a", "B"));
        Assert.Equal(["9", "10"], Labels("10", "9"));

        static IReadOnlyList<string> Labels(params string[] cells) => SchemaInference.Target(Of(cells), new() { Task = TableTask.Classification }).Labels!;
    }

    [Fact]
    public void SpellingsOfOneNumberAreOneClassAndThatIsSaid()
    {
        var notes = new Notes();
        SchemaInference.Target(Of(["1.10", "2", "1.1", "2"]), new() { Task = TableTask.Classification }, notes);
        Assert.Equal("target 'y': 1 spelling is taken for the class of the same number, the first '1.1' in row 2 for 1.10", Assert.Single(notes.All).Message);
    }

    [Theory]
    [InlineData("\"1,000\"", "\"2,000\"", "2000")]
    [InlineData("$1", "$2", "2")]
    [InlineData("10%", "20%", "20")]
    [InlineData("1'500", "2'500", "2500.0")]
    public void LabelsThatAreNumbersWithMarksAreClassesAndCategories(string first, string second, string plain)
    {
        string[] labels = [first.Trim('"'), second.Trim('"')];
        Table table = Csv($"x,c,y\n1,{first},{first}\n2,{second},{second}\n4,{first},{first}\n");
        TableSchema schema = SchemaInference.Infer(table, new() { Task = TableTask.Classification, Categorical = ["c"] });
        schema = SchemaJson.Read(SchemaJson.Write(schema));
        Assert.Equal(labels, schema.Target.Labels!);
        Assert.Equal(labels, schema.Columns[1].Categories!);
        Dataset<double> data = schema.Transform<double>(table, true);
        Assert.Equal([0, 1, 0], data.Targets.ClassIndices.ToArray());
        Assert.Equal([1, 0, 0, 1, 1, 0], Enumerable.Range(0, 3).SelectMany(row => data.Row(row)[1..].ToArray()));
        foreach (string other in (string[])[second, plain])
        {
            Table one = TableReader.ReadCsv(new MemoryStream(Encoding.UTF8.GetBytes($"x,c,y\n2,{other},{other}\n")), "t.csv", schema.Reading(null, needTargets: true));
            Assert.Equal(data.Row(1).ToArray(), schema.Transform<double>(one, true).Row(0).ToArray());
            Assert.Equal([1], schema.Transform<double>(one, true).Targets.ClassIndices.ToArray());
        }

        static Table Csv(string text) => TableReader.ReadCsv(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.csv");
    }

    [Fact]
    public void LabelsOfOtherFilesAreFoundByTextThenByNumberThenByMeaning()
    {
        Table learned = Of(["1.10", "2", "1.10"]);
        TargetColumns target = SchemaInference.Target(learned, new() { Task = TableTask.Classification });
        Assert.Equal(["1.10", "2"], target.Labels!);
        Assert.Equal([0, 1, 1], target.Classes(Of(["1.1", "2.00", "2"])));
        Assert.Equal([0, 1], target.Classes(new("t", [new("y", ColumnType.Real, [1.1, 2])])));
        Assert.Contains("row 1, column 'y': unknown class '3'", Assert.Throws<DataException>(() => target.Classes(Of(["2", "3"]))).Message);

        TargetColumns booleans = SchemaInference.Target(Of(["True", "False"]), new());
        Assert.Equal(["False", "True"], booleans.Labels!);
        Assert.Equal([1, 0], booleans.Classes(Of(["true", "no"])));
        Assert.Equal([1, 0], booleans.Classes(Of(["1", "0"])));
        Assert.Equal([1, 0], booleans.Classes(new("t", [new("y", ColumnType.Boolean, [1, 0])])));

        TargetColumns digits = SchemaInference.Target(Of(["0", "1"]), new());
        Assert.Equal([1, 0], digits.Classes(Of(["True", "no"])));
        Assert.Equal([1, 0], digits.Classes(new("t", [new("y", ColumnType.Boolean, [1, 0])])));
        Assert.Throws<DataException>(() => SchemaInference.Target(Of(["-1", "1"]), new()).Classes(Of(["true"])));

        TargetColumns large = SchemaInference.Target(Of(["1234567890123456789", "1234567890123456788"]), new() { Task = TableTask.Classification });
        Assert.Equal([1, 0], large.Classes(Of(["1234567890123456789", "1234567890123456788"])));
    }

    [Fact]
    public void FewTextsAmongNumbersAreAnError()
    {
        string[] cells = [.. Enumerable.Range(0, 200).Select(n => n == 41 ? "<1.0" : $"{n}.5")];
        DataException error = Assert.Throws<DataException>(() => SchemaInference.Target(Of(cells), new()));
        Assert.Contains("row 41, column 'y': '<1.0' found, a number expected", error.Message);
        Assert.Equal(["Missing = '<1.0'", "BadCells = missing, MissingTarget = drop", "Task = classification"], error.Settings);
        Assert.Throws<DataException>(() => SchemaInference.Target(Of(cells), new() { Task = TableTask.Regression }));
        Assert.Equal(200, SchemaInference.Target(Of(cells), new() { Task = TableTask.Classification }).Labels!.Count);
        Assert.Contains("row 1, column 'y': 'inf'", Assert.Throws<DataException>(() => SchemaInference.Target(Of(["1.5", "inf", "inf"]), new())).Message);
    }

    [Fact]
    public void DatesAreNoTarget()
    {
        DataException error = Assert.Throws<DataException>(() => SchemaInference.Target(Of(["2025-01-01", "2025-01-02"]), new()));
        Assert.Contains("dates found ('2025-01-01')", error.Message);
        Assert.Equal(TargetKind.Class, SchemaInference.Target(Of(["2025-01-01", "2025-01-02"]), new() { Task = TableTask.Classification }).Kind);
    }

    [Fact]
    public void AMissingTargetIsAnErrorOrLeftOutAndCounted()
    {
        Table table = Of(["1.5", "2", "3", null, "5", null]);
        DataException error = Assert.Throws<DataException>(() => SchemaInference.WithTargets(table, new()));
        Assert.Contains("row 3, column 'y': the target is missing", error.Message);
        Assert.Equal(["MissingTarget = drop"], error.Settings);
        Assert.Contains("row 3", Assert.Throws<DataException>(() => SchemaInference.Infer(table, new()).Transform<double>(table, true)).Message);
        var notes = new Notes();
        Table left = SchemaInference.WithTargets(table, new() { DropMissingTargets = true }, notes);
        Assert.Equal(4, left.Rows);
        Assert.Equal(5, left.Find("y")!.Number(3));
        Assert.Equal(("'t.csv': 2 of 6 rows are left out, they have no target; the first is row 3", true), (notes.All[0].Message, notes.All[0].IsLoss));
        Assert.Same(left, SchemaInference.WithTargets(left, new()));
        Assert.Throws<DataException>(() => SchemaInference.WithTargets(Of([null, null]), new() { DropMissingTargets = true }));
        Assert.Throws<DataException>(() => SchemaInference.Target(Of([null, null]), new()));
    }

    [Fact]
    public void OddClassesAreSaid()
    {
        var notes = new Notes();
        SchemaInference.Target(Of(["a", "b", "a", "c"]), new() { Task = TableTask.Classification }, notes);
        SchemaInference.Target(Of(["a", "a"]), new() { Task = TableTask.Classification }, notes);
        ClassNotes.Add(["a", "b", "c"], [0, 1, 0, 2], [0, 0], notes);
        ClassNotes.Add(["a", "b"], [0, 0], [0, 1], notes);
        Assert.Equal(
        [
            "target 'y': 2 classes have one row only (b, c)", "target 'y': every row is of class a, there is nothing to tell apart",
            "validation has no row of 2 classes: b, c; its figures say nothing of them", "training has no row of class b; nothing can be learned of them",
        ], notes.All.Select(note => note.Message));
    }

    [Fact]
    public void SeveralTargetsAreFlagsOrValues()
    {
        Table table = Cells.Csv("a,b,x\n0,1,3\n1,0,5\n1,1,9\n");
        Assert.Equal(TargetKind.Flags, SchemaInference.Target(table, new() { Targets = ["a", "b"] }).Kind);
        TargetColumns values = SchemaInference.Target(table, new() { Targets = ["a", "x"], ScaleTargets = true });
        Assert.Equal(TargetKind.Values, values.Kind);
        Assert.Equal(17 / 3.0, values.Means![1], 14);
        Assert.Equal(9, values.Unscale(1, (9 - values.Means[1]) / values.Scales![1]), 14);
    }

    [Fact]
    public void BooleansAreValuesHoweverTheyAreStored()
    {
        TableOptions options = new() { Task = TableTask.Regression };
        foreach (Table table in (Table[])[Of(["true", "False", "true"]), new("t", [new("x", ColumnType.Real, [0, 1, 4]), new("y", ColumnType.Boolean, [1, 0, 1])])])
        {
            Assert.Equal([1, 0, 1], SchemaInference.Infer(table, options).Transform<double>(table, true).Targets.AllValues.ToArray());
        }
    }

    [Fact]
    public void WeightsAreReadAsTheyWereWritten()
    {
        byte[] text = Encoding.UTF8.GetBytes("x;w;y\n1;1.500,5;1\n2;750;2,5\n5;1.000;4\n");
        Table table = TableReader.ReadCsv(new MemoryStream(text), "t.csv");
        TableSchema schema = SchemaJson.Read(SchemaJson.Write(SchemaInference.Infer(table, new() { SampleWeight = "w" })));
        Assert.Equal([1500.5f, 750, 1000], schema.Transform<float>(TableReader.ReadCsv(new MemoryStream(text), "t.csv", schema.Reading(null, needTargets: true)), true).SampleWeights!);
    }

    [Fact]
    public void WeightsAreReadAndAreNoFeature()
    {
        Table table = Cells.Csv("x,w,y\n1,0.5,1\n2,2,2.5\n5,1,4\n");
        TableSchema schema = SchemaInference.Infer(table, new() { SampleWeight = "w" });
        Dataset<float> data = schema.Transform<float>(table, true);
        Assert.Equal([0.5f, 2, 1], data.SampleWeights!);
        Assert.Equal(["x"], schema.FeatureNames);
        Assert.Contains("row 1, column 'w': -2 found", Assert.Throws<DataException>(() => schema.Transform<float>(Cells.Csv("x,w,y\n1,0.5,1\n2,-2,2\n"), true)).Message);
        Assert.Throws<UsageException>(() => SchemaInference.Infer(table, new() { SampleWeight = "y" }));
    }

    private static Table Of(string?[] cells) => Cells.Of(["x", "y"], [.. cells.Select((cell, row) => new[] { $"{row * row}", cell })]);
}
