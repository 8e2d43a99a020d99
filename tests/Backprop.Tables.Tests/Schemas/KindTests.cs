using System.Globalization;
using Backprop.Data;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Schemas;

public sealed class KindTests
{
    private static readonly double[] s_numbers = [3.5, -1, 3.5, 8, 2.25, 7, 1, 0.5, 9, 4, 6.5, 5];

    [Fact]
    public void NumbersAreScaledAndGapsAreTheMedianAndAFlag()
    {
        (FeatureColumn column, Dataset<double> data, Notes notes) = Learn(["1", "2", "", "6"]);
        Assert.Equal((FeatureKind.Numeric, 3.0, 2.0, true, 1.0, 6.0), (column.Kind, column.Mean, column.Imputed, column.FlagsMissing, column.Minimum, column.Maximum));
        double deviation = Math.Sqrt(14 / 3.0);
        Assert.Equal([-2 / deviation, 0], data.Row(0).ToArray());
        Assert.Equal([-1 / deviation, 1], data.Row(2).ToArray());
        Assert.DoesNotContain(notes.All, note => note.IsLoss);
    }

    [Theory]
    [InlineData("True", "False")]
    [InlineData("yes", "no")]
    [InlineData("T", "F")]
    [InlineData("y", "N")]
    [InlineData("ON", "off")]
    public void BooleansAreOneAndMinusOne(string yes, string no)
    {
        (FeatureColumn column, Dataset<double> data, _) = Learn([yes, no, "", yes, no]);
        Assert.Equal((FeatureKind.Boolean, true), (column.Kind, column.HadMissing));
        Assert.Equal([1, -1, 0, 1, -1], data.Features.ToArray());
    }

    [Fact]
    public void BooleansOfEveryFileAreTheSame()
    {
        TableSchema schema = SchemaInference.Infer(Cells.Column("b", ["True", "False", "True"]), new());
        foreach (Column column in (Column[])
        [
            new("b", ["TRUE", "no", null]), new("b", ColumnType.Boolean, [1, 0, double.NaN]), new("b", ColumnType.Integer, [1, 0, double.NaN]), new("b", ["1", "0.0", null]),
            new("b", [0, 1, -1], ["on", "x"], [double.NaN, 0]),
        ])
        {
            Assert.Equal([1, -1, 0], schema.Transform<double>(new("t", [column]), false).Features.ToArray());
        }

        foreach (Column column in (Column[])[new("b", ["true", "2"]), new("b", ColumnType.Real, [1, 2]), new("b", ["true", "maybe"])])
        {
            DataException error = Assert.Throws<DataException>(() => schema.Transform<double>(new("t", [column]), false));
            Assert.Contains("row 1, column 'b':", error.Message);
            Assert.Contains("true or false expected", error.Message);
            Assert.Contains("BadCells = missing", error.Settings);
            Assert.Equal([1, 0], schema.Transform<double>(new("t", [column]), false, options: new() { BadCells = BadCells.Missing }).Features.ToArray());
        }
    }

    [Fact]
    public void TypedBooleansAreBooleans()
    {
        FeatureColumn column = SchemaInference.Infer(new("t", [new("b", ColumnType.Boolean, [1, 0, 1]), new("y", ColumnType.Real, [1, 2.5, 3])]), new()).Columns[0];
        Assert.Equal(FeatureKind.Boolean, column.Kind);
    }

    [Fact]
    public void ABooleanIsNoNumberHoweverItsFileStoresIt()
    {
        Table learned = Cells.Column("b", ["0", "1", "3"]);
        TableSchema schema = SchemaInference.Infer(learned, new());
        foreach (Column column in (Column[])[new("b", ["0", "true"]), new("b", ColumnType.Boolean, [double.NaN, 1])])
        {
            DataException error = Assert.Throws<DataException>(() => schema.Transform<double>(new("t", [column]), false));
            Assert.Contains("row 1, column 'b': 'true' found, a number expected", error.Message);
        }

        TableSchema told = SchemaInference.Infer(new("t", [new("b", ColumnType.Boolean, [1, 0, 1]), new("y", ColumnType.Real, [1, 2.5, 3])]), new() { Numeric = ["b"] });
        Assert.Equal((FeatureKind.Numeric, true), (told.Columns[0].Kind, told.Columns[0].TakesBooleans));
        Assert.Equal(told.Transform<double>(new("t", [new("b", ColumnType.Boolean, [1])]), false).Features.ToArray(), told.Transform<double>(new("t", [new("b", ["True"])]), false).Features.ToArray());
    }

    [Fact]
    public void DatesAreDaysAndPlaces()
    {
        (FeatureColumn column, Dataset<double> data, _) = Learn(["2025-01-01", "2025-04-01T06:00", "2025-07-02", "", "2024-12-31"]);
        Assert.Equal((FeatureKind.Date, "y-m-d", DateParts.Month | DateParts.Weekday | DateParts.DayOfYear | DateParts.Hour, true), (column.Kind, column.Date!.Pattern, column.Parts, column.FlagsMissing));
        Assert.Equal(["x", "x month sine", "x month cosine", "x weekday sine", "x weekday cosine", "x day of year sine", "x day of year cosine", "x hour sine", "x hour cosine", "x is missing"], column.FeatureNames);
        double[] april = data.Row(1).ToArray();
        Assert.Equal((20179.25 - column.Mean) / column.Scale, april[0]);
        Assert.Equal([Math.Sin(Math.Tau * 3 / 12), Math.Cos(Math.Tau * 3 / 12), Math.Sin(Math.Tau * 2 / 7), Math.Cos(Math.Tau * 2 / 7), Math.Sin(Math.Tau * 90 / 365), Math.Cos(Math.Tau * 90 / 365), 1, 0, 0], april[1..], (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1], data.Row(3)[1..].ToArray());
        Assert.Equal((column.Imputed - column.Mean) / column.Scale, data.Row(3)[0]);
        Assert.Equal(Math.Sin(Math.Tau * 365 / 366), data.Row(4)[5], 14);
    }

    [Fact]
    public void HoursAndOtherPlacesAreThereOnlyWhereTheyVary()
    {
        Assert.Equal(DateParts.Month | DateParts.Weekday | DateParts.DayOfYear, Learn(["31.12.2025", "1.2.2025", "3.3.2025"]).Column.Parts);
        Assert.Equal(DateParts.Weekday, Learn(["2020-01-01 09:00", "2021-01-01 09:00", "2022-01-01 09:00"]).Column.Parts);
    }

    [Theory]
    [InlineData("d.m.y", "31.12.2025", "01.02.2025")]
    [InlineData("m/d/y", "12/31/2025", "01/02/2025")]
    [InlineData("d/m/y", "31/12/2025 12:30", "01/02/2025")]
    [InlineData("y/m/d", "2025/12/31", "2025/01/02")]
    [InlineData("d-m-y", "31-12-2025", "01-02-2025")]
    [InlineData("y-m-d", "2025-12-31", "2025-01-02T10:00:00Z")]
    public void OneFormThroughoutIsADate(string form, string first, string second)
    {
        FeatureColumn column = Learn([first, second, first]).Column;
        Assert.Equal((FeatureKind.Date, form), (column.Kind, column.Date!.Pattern));
    }

    [Fact]
    public void DaysAndMonthsThatCannotBeToldApartAreAsked()
    {
        DataException error = Assert.Throws<DataException>(() => Learn(["01/02/2025", "03/04/2025"]));
        Assert.Contains("row 0, column 'x': '01/02/2025' found, and all its dates can be read as d/m/y and as m/d/y", error.Message);
        Assert.Equal(["Dates = x=d/m/y", "Dates = x=m/d/y"], error.Settings);
        Assert.Equal(20120, Learn(["01/02/2025", "03/04/2025"], new() { Dates = ["x=d/m/y"] }).Column.Minimum);
        Assert.Equal(20090, Learn(["01/02/2025", "03/04/2025"], new() { Dates = ["x=m/d/y"] }).Column.Minimum);
    }

    [Fact]
    public void DatesAmongFewOtherTextsAreAnError()
    {
        string[] cells = [.. Enumerable.Range(1, 19).Select(day => $"2025-01-{day:00}"), "soon"];
        DataException error = Assert.Throws<DataException>(() => Learn(cells));
        Assert.Contains("row 19, column 'x': 'soon' found, a date expected", error.Message);
        Assert.Equal(["Missing = 'soon'", "Categorical = x", "Ignore = x"], error.Settings);
    }

    [Fact]
    public void DatesOfMoreThanOneFormAreNoDates()
    {
        string[] cells = [.. Enumerable.Range(1, 12).Select(day => day % 2 == 0 ? $"2025-01-{day:00}" : $"{day:00}.01.2025")];
        (FeatureColumn column, _, Notes notes) = Learn(cells);
        Assert.Equal((FeatureKind.Ignored, "dates of more than one form ('01.01.2025' and '2025-01-02'), 12 different texts in 12 rows"), (column.Kind, column.Why));
        Assert.Equal(["Dates = x=d.m.y"], Assert.Single(notes.All, note => note.IsLoss).Settings);
        Assert.Equal((20089, 20100), Learn(cells, new() { Dates = ["x=d.m.y"] }) is var told ? (told.Column.Minimum, told.Column.Maximum) : default);
        Assert.Equal("Dates = x=d.m.y", Assert.Throws<DataException>(() => Learn(cells, new() { Dates = ["x"] })).Settings[0]);
        (column, _, notes) = Learn(["01.01.2025", "2025-01-02", "01.01.2025"]);
        Assert.Equal(FeatureKind.Categorical, column.Kind);
        Assert.Contains(notes.All, note => note.Message == "column 'x': dates of more than one form ('01.01.2025' and '2025-01-02') are taken as texts");
    }

    [Theory]
    [InlineData("x", "Dates = x=d.m.yy", "01.01.00", "31.12.24")]
    [InlineData("x=d.m.y", "Dates = x=d.m.yy", "01.01.00", "31.12.24")]
    [InlineData("x", "Dates = x=ymd", "20240131", "20241231")]
    [InlineData("x=d/m/y", "Dates = x=m/d/y", "01/13/2025", "12/31/2025")]
    [InlineData("x", "Dates = x=ymdHM", "202401311200", "202401311300")]
    [InlineData("x", "Missing = 'soon'", "soon", "later")]
    public void TheFormThatIsProposedWorks(string date, string setting, string first, string second)
    {
        string[] cells = [first, second, first, second];
        string proposed = Assert.Throws<DataException>(() => Learn(cells, new() { Dates = [date] })).Settings[0];
        Assert.Equal(setting, proposed);
        if (setting.StartsWith("Dates", StringComparison.Ordinal))
        {
            Assert.Equal(FeatureKind.Date, Learn(cells, new() { Dates = [proposed["Dates = ".Length..]] }).Column.Kind);
        }
    }

    [Fact]
    public void NumbersThatLookLikeDatesAreNumbersUnlessTheyAreNamed()
    {
        string[] cells = ["20251231", "20250102", "20250304"];
        Assert.Equal(FeatureKind.Numeric, Learn(cells).Column.Kind);
        Assert.Equal(20453, Learn(cells, new() { Dates = ["x=ymd"] }).Column.Maximum);
        Assert.Contains("row 0, column 'x': '20251231' found, a date expected", Assert.Throws<DataException>(() => Learn(cells, new() { Dates = ["x"] })).Message);
    }

    [Fact]
    public void TextThatRepeatsIsACategory()
    {
        (FeatureColumn column, Dataset<double> data, Notes notes) = Learn(["red", "blue", "red", "", "green"]);
        Assert.Equal(FeatureKind.Categorical, column.Kind);
        Assert.Equal(["blue", "green", "red"], column.Categories!);
        Assert.Equal([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0], data.Features.ToArray());
        Assert.DoesNotContain(notes.All, note => note.IsLoss);
    }

    [Fact]
    public void AtMostNineTextsAreACategoryAndMoreOnlyIfTheyRepeat()
    {
        Assert.Equal(9, Learn(Enumerable.Range(0, 9).Select(n => $"v{n}")).Column.Categories!.Count);
        Assert.Equal(FeatureKind.Ignored, Learn(Enumerable.Range(0, 10).Select(n => $"v{n}")).Column.Kind);
        Assert.Equal(FeatureKind.Ignored, Learn(Enumerable.Range(0, 19).Select(n => $"v{n % 10}")).Column.Kind); // 10 of 19: more than half
        Assert.Equal(10, Learn(Enumerable.Range(0, 50).Select(n => $"v{n % 10}")).Column.Categories!.Count);
    }

    [Fact]
    public void RareCategoriesShareAnEntryAndAreCounted()
    {
        string[] cells = [.. Enumerable.Range(0, 60).Select(n => $"v{n % 10}"), "a", "a", "b", "a", "a"];
        (FeatureColumn column, Dataset<double> data, Notes notes) = Learn(cells);
        Assert.Equal((true, 10), (column.SharesRare, column.Categories!.Count));
        Assert.Equal("x is rare", column.FeatureNames.Last());
        Assert.Equal(1, data.Row(60)[10]);
        Assert.Equal(1, data.Row(62)[10]);
        Assert.Contains(notes.All, note => note.Message == "column 'x': 10 of 12 values are kept; 2 in fewer than 5 rows each (5 rows in all) share one entry");
        TableSchema schema = SchemaInference.Infer(Cells.Column("x", cells), new());
        Assert.Equal(data.Row(60).ToArray(), schema.Transform<double>(new("n", [new("x", ["never"])]), false).Row(0).ToArray());
        TableSchema plain = SchemaInference.Infer(Cells.Column("x", cells[..60]), new());
        Assert.False(plain.Columns[0].SharesRare);
        Assert.All(plain.Transform<double>(new("n", [new("x", ["never"])]), false).Row(0).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void OfVeryManyCategoriesTheCommonestThousandAreKept()
    {
        IEnumerable<string> cells = Enumerable.Range(0, 1200).SelectMany(n => Enumerable.Repeat($"v{n}", n < 1000 ? 6 : 5));
        (FeatureColumn column, _, Notes notes) = Learn(cells);
        Assert.Equal(1000, column.Categories!.Count);
        Assert.Contains("v999", column.Categories);
        Assert.DoesNotContain("v1000", column.Categories);
        Assert.Contains(notes.All, note => note.Message.Contains("1000 of 1200 values are kept; 200 rarer ones (1000 rows in all) share one entry", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsKeptComesFromTheRowsOfTrainingAlone()
    {
        string[] cells = [.. Enumerable.Range(0, 20).Select(n => n < 10 ? "a" : n < 15 ? "b" : "c")];
        FeatureColumn column = SchemaInference.Infer(Cells.Column("x", cells), new() { TrainingRows = [.. Enumerable.Range(0, 15)] }).Columns[0];
        Assert.Equal(["a", "b"], column.Categories!);
        FeatureColumn number = SchemaInference.Infer(Cells.Column("x", ["1.5", "2.5", "100", ""]), new() { TrainingRows = [0, 1] }).Columns[0];
        Assert.Equal((2.0, 0.5, 2.0, false, 2.5), (number.Mean, number.Scale, number.Imputed, number.FlagsMissing, number.Maximum));
        FeatureColumn same = SchemaInference.Infer(Cells.Column("x", ["7", "7", "8", ""]), new() { TrainingRows = [0, 1] }).Columns[0];
        Assert.Equal((FeatureKind.Ignored, "always 7 in the rows of training"), (same.Kind, same.Why));
    }

    public static TheoryData<string, string[], string, string> Useless => new()
    {
        { "x", ["", "", ""], "every cell is missing", "Ignore = x" },
        { "x", [.. Enumerable.Range(0, 60).Select(n => $"v{n % 20}")], "20 different texts, none of them in 5 rows of training or more", "Categorical = x" },
        { "x", ["2023", "2023", "2023"], "always 2023 in the rows of training", "Numeric = x" },
        { "x", ["a", "a", "a"], "always a in the rows of training", "Categorical = x" },
        { "x", ["yes", "yes", "yes"], "always yes in the rows of training", "Categorical = x" },
        { "x", [.. Enumerable.Range(5, 12).Select(n => $"{n}")], "a row number: it counts by 1 from row to row", "Numeric = x" },
        { "customer_id", ["9", "5", "7"], "an identifier: it is named like one, and every value is different", "Numeric = customer_id" },
        { "PassengerId", ["9", "5", "7"], "an identifier: it is named like one, and every value is different", "Numeric = PassengerId" },
        { "Id", ["b", "a", "c"], "an identifier: it is named like one, and every value is different", "Categorical = Id" },
        { "uuid", ["b", "a", "c"], "an identifier: it is named like one, and every value is different", "Categorical = uuid" },
        { "index", ["9", "5", "7"], "an identifier: it is named like one, and every value is different", "Numeric = index" },
        { "x", [.. Enumerable.Range(0, 12).Select(n => $"note {n}")], "12 different texts in 12 rows", "Categorical = x" },
    };

    [Theory]
    [MemberData(nameof(Useless))]
    public void WhatIsIgnoredIsSaidWithItsReasonAndTheOption(string name, string[] cells, string why, string setting)
    {
        Table table = Cells.Of([name, "z", "y"], [.. cells.Select((cell, row) => new[] { cell.Length == 0 ? null : cell, $"{row * row}", $"{row}.5" })]);
        var notes = new Notes();
        TableSchema schema = SchemaInference.Infer(table, new(), notes);
        Assert.Equal((FeatureKind.Ignored, why), (schema.Columns[0].Kind, schema.Columns[0].Why));
        Note note = Assert.Single(notes.All, note => note.IsLoss);
        Assert.Equal($"column '{name}' is ignored: {why}", note.Message);
        Assert.Equal([setting], note.Settings);
        if (setting.StartsWith("Numeric", StringComparison.Ordinal))
        {
            Assert.Equal(FeatureKind.Numeric, SchemaInference.Infer(table, new() { Numeric = [name] }).Columns[0].Kind);
        }
        else if (setting.StartsWith("Categorical", StringComparison.Ordinal))
        {
            Assert.Equal(FeatureKind.Categorical, SchemaInference.Infer(table, new() { Categorical = [name] }).Columns[0].Kind);
        }
    }

    [Theory]
    [InlineData("paid")]
    [InlineData("width")]
    [InlineData("key_figure")]
    public void OtherNamesAreNoIdentifiers(string name) => Assert.Equal(FeatureKind.Numeric, SchemaInference.Infer(Cells.Column(name, ["9", "5", "7"]), new()).Columns[0].Kind);

    [Fact]
    public void MeasuredNumbersAreNoIdentifiers() => Assert.Equal(FeatureKind.Numeric, SchemaInference.Infer(Cells.Column("mass_index", ["23.5", "19.75", "31"]), new()).Columns[0].Kind);

    [Fact]
    public void WholeNumbersBeyondDoublesAreNumbersWithANote()
    {
        (FeatureColumn column, _, Notes notes) = Learn(["9007199254740993", "1234567890123456789", "5"]);
        Assert.Equal(FeatureKind.Numeric, column.Kind);
        Assert.Contains(notes.All, note => note.Message.Contains("beyond 2^53", StringComparison.Ordinal));
    }

    [Fact]
    public void WholeNumbersThatAreOneDoubleAreNoConstantAndNoCount()
    {
        string[] cells = [.. Enumerable.Range(0, 12).Select(n => $"1234567890123456{700 + (n * 5 % 12)}")];
        (FeatureColumn column, _, Notes notes) = Learn(cells);
        Assert.Equal(FeatureKind.Numeric, column.Kind);
        Assert.Contains(notes.All, note => note.Message.EndsWith("the last digits are lost (12 different ones become 1)", StringComparison.Ordinal));
        Assert.Equal(12, ColumnSummary.Of(Cells.Column("x", cells))[0].Distinct);
        Assert.Equal("always 1.2345678901234568E+18 in the rows of training", Learn(Enumerable.Repeat(cells[0], 12)).Column.Why);
        Assert.Equal("a row number: it counts by 1 from row to row", Learn(cells.Order()).Column.Why);
    }

    [Fact]
    public void ACategoryThatIsAskedForIsOneHoweverRareItsValuesAre()
    {
        (FeatureColumn column, Dataset<double> data, Notes notes) = Learn(Enumerable.Range(0, 30).Select(n => $"v{n}"), new() { Categorical = ["x"] });
        Assert.Equal((FeatureKind.Categorical, 0, true, 1), (column.Kind, column.Categories!.Count, column.SharesRare, column.FeatureCount));
        Assert.All(data.Features.ToArray(), value => Assert.Equal(1, value));
        Assert.Contains(notes.All, note => note.Message == "column 'x': 0 of 30 values are kept; 30 in fewer than 5 rows each (30 rows in all) share one entry");
    }

    [Fact]
    public void OneNumberWithGapsIsItsFlagAlone()
    {
        (FeatureColumn column, Dataset<double> data, _) = Learn(["4", "", "4", "4"]);
        Assert.Equal((FeatureKind.Numeric, true), (column.Kind, column.IsFlagOnly));
        Assert.Equal([0, 1, 0, 0], data.Features.ToArray());
        Assert.Equal(["x is missing"], column.FeatureNames);
    }

    [Fact]
    public void ManyIgnoredColumnsAreGroupedByReason()
    {
        string[] names = [.. Enumerable.Range(0, 30).Select(n => $"c{n}"), "x", "y"];
        var notes = new Notes();
        SchemaInference.Infer(Cells.Of(names, [.. s_numbers.Select(number => names.Select((name, n) => n < 30 ? $"{n}" : number.ToString(CultureInfo.InvariantCulture)).ToArray())]), new(), notes);
        Note note = Assert.Single(notes.All, note => note.IsLoss);
        Assert.Equal("30 columns are ignored (always the same in the rows of training): 'c0', 'c1', 'c2', 'c3', 'c4', …", note.Message);
    }

    [Theory]
    [InlineData("<1.0", "row 7, column 'x': '<1.0' found, a number expected as in the other rows")]
    [InlineData("inf", "row 7, column 'x': 'inf' found, a finite number expected")]
    public void FewTextsAmongNumbersAreAnError(string text, string message)
    {
        string[] cells = [.. Enumerable.Range(0, 20).Select(n => n == 7 ? text : $"{n * n}")];
        DataException error = Assert.Throws<DataException>(() => Learn(cells));
        Assert.Contains(message, error.Message);
        Assert.Equal([$"Missing = '{text}'", "Categorical = x", "Ignore = x"], error.Settings);
        Assert.Equal(FeatureKind.Ignored, Learn(cells, new() { Ignore = ["x"] }).Column.Kind);
    }

    [Fact]
    public void InfinityIsAnErrorHoweverFewNumbersThereAre()
    {
        Assert.Contains("row 1, column 'x': 'inf' found", Assert.Throws<DataException>(() => Learn(["1", "inf", "inf", "2"])).Message);
        var table = new Table("t", [new("x", ColumnType.Real, [1, double.NegativeInfinity]), new("y", ColumnType.Real, [1, 2.5])]);
        Assert.Contains("row 1, column 'x'", Assert.Throws<DataException>(() => SchemaInference.Infer(table, new())).Message);
    }

    [Fact]
    public void TextsThatAreNumbersAreNumbers()
    {
        var table = new Table("t.json", [new("x", [0, 1, 2, -1], ["5.2", "7", "8.5"], [double.NaN, 7, double.NaN]), new("y", ColumnType.Real, [1, 2.5, 3, 4])]);
        TableSchema schema = SchemaInference.Infer(table, new());
        Assert.Equal(FeatureKind.Numeric, schema.Columns[0].Kind);
        Assert.Equal(6.9, schema.Columns[0].Mean, 14);
        Assert.Equal(schema.Transform<double>(table, false).Features.ToArray(), schema.Transform<double>(new("t", [new("x", ColumnType.Real, [5.2, 7, 8.5, double.NaN])]), false).Features.ToArray());
    }

    [Fact]
    public void TextsThatCanBeTwoNumbersAreSaid()
    {
        var notes = new Notes();
        var table = new Table("t.json", [new("x", ["1,234", "5,678", "9,012"]), new("y", ColumnType.Real, [1, 2.5, 3])]);
        Assert.Equal(9012, SchemaInference.Infer(table, new(), notes).Columns[0].Maximum);
        Assert.Contains(notes.All, note => note.Message == "column 'x': '1,234' is taken for 1234, it could be 1.234 too");
    }

    [Fact]
    public void AsTheyAreNumbersStayAndTextIsAnError()
    {
        var table = new Table("t", [new("a", ColumnType.Integer, [4, 4, 4]), new("b", ColumnType.Boolean, [1, 0, 1]), new("y", ColumnType.Real, [1, 2.5, 3])]);
        TableSchema schema = SchemaInference.Infer(table, new() { Preprocess = false, ScaleTargets = false });
        Assert.Equal([4, 1, 4, 0, 4, 1], schema.Transform<double>(table, true).Features.ToArray());
        DataException text = Assert.Throws<DataException>(() => Learn(["1", "b"], new() { Preprocess = false }));
        Assert.Contains("row 1, column 'x': 'b' found, a number expected: without preprocessing every feature is one", text.Message);
        DataException gap = Assert.Throws<DataException>(() => Learn(["1", ""], new() { Preprocess = false }));
        Assert.Contains("row 1, column 'x': the cell is missing", gap.Message);
        Assert.Throws<UsageException>(() => Learn(["1", "2"], new() { Preprocess = false, Categorical = ["x"] }));
    }

    [Fact]
    public void NothingLeftIsAnErrorWithEachReason()
    {
        DataException error = Assert.Throws<DataException>(() => Learn(["4", "4"]));
        Assert.Contains("no column is left as a feature ('x': always 4 in the rows of training)", error.Message);
        Assert.Equal(["Numeric = x"], error.Settings);
    }

    private static (FeatureColumn Column, Dataset<double> Data, Notes Notes) Learn(IEnumerable<string> cells, TableOptions? options = null)
    {
        Table table = Cells.Column("x", cells);
        var notes = new Notes();
        TableSchema schema = SchemaInference.Infer(table, options ?? new(), notes);
        return (schema.Columns[0], schema.FeatureCount == 0 && table.Rows > 2 ? null! : schema.Transform<double>(table, needTargets: true), notes);
    }
}
