using System.Globalization;
using Backprop.Tables.Cells;
using CsCheck;

namespace Backprop.Tables.Tests.Cells;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("007", 7)]
    [InlineData("+5", 5)]
    [InlineData("-1.5", -1.5)]
    [InlineData("−1.5", -1.5)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("1E3", 1000)]
    [InlineData("1e−3", 0.001)]
    [InlineData(" 2 ", 2)]
    [InlineData("(12.50)", -12.5)]
    [InlineData("1234567890123456789", 1234567890123456789)]
    [InlineData("0.1000000000000000055511151231257827", 0.1)]
    [InlineData("9007199254740993", 9007199254740992)]
    [InlineData("1.7976931348623157e308", 1.7976931348623157e308)]
    [InlineData("4.9e-324", 4.9e-324)]
    [InlineData("1e-400", 0)]
    public void PlainNumbers(string text, double expected)
    {
        Assert.True(NumberText.TryParse(text, NumberFormat.Plain, out double number));
        Assert.Equal(expected, number);
    }

    [Fact]
    public void MinusZeroKeepsItsSign()
    {
        Assert.True(NumberText.TryParse("-0.0", NumberFormat.Plain, out double number));
        Assert.True(double.IsNegative(number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1.2.3")]
    [InlineData("1,5")]
    [InlineData("1 2")]
    [InlineData("0x10")]
    [InlineData("1_000")]
    [InlineData("12%")]
    [InlineData("$5")]
    [InlineData("nan")]
    [InlineData("inf")]
    [InlineData("1e999")]
    [InlineData("--5")]
    [InlineData("(-5)")]
    [InlineData("()")]
    [InlineData("١٢")]
    public void NoPlainNumbers(string text) => Assert.False(NumberText.TryParse(text, NumberFormat.Plain, out _));

    [Theory]
    [InlineData("1,234.50", '.', ',', null, 1234.5)]
    [InlineData("1.234,50", ',', '.', null, 1234.5)]
    [InlineData("1 234,50", ',', ' ', null, 1234.5)]
    [InlineData("1\u00A0234,50", ',', ' ', null, 1234.5)]
    [InlineData("1\u202F234\u202F567,5", ',', ' ', null, 1234567.5)]
    [InlineData("1'234.5", '.', '\'', null, 1234.5)]
    [InlineData("1’234", '.', '\'', null, 1234)]
    [InlineData("1234.5", '.', ',', null, 1234.5)]
    [InlineData("-$1,234.50", '.', ',', "$", -1234.5)]
    [InlineData("$-5", '.', null, "$", -5)]
    [InlineData("5 €", '.', null, "€", 5)]
    [InlineData("EUR 5,5", ',', null, "EUR", 5.5)]
    [InlineData("($1,234)", '.', ',', "$", -1234)]
    [InlineData("12%", '.', null, "%", 12)]
    [InlineData("12.5 %", '.', null, "%", 12.5)]
    [InlineData("5,0", ',', null, null, 5)]
    public void MarkedNumbers(string text, char mark, char? thousands, string? currency, double expected)
    {
        Assert.True(NumberText.TryParse(text, new(mark, thousands, currency), out double number));
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("1,23", '.', ',', null)]
    [InlineData("1234,567", '.', ',', null)]
    [InlineData("0,123", '.', ',', null)]
    [InlineData(",123", '.', ',', null)]
    [InlineData("1,,234", '.', ',', null)]
    [InlineData("1,234,", '.', ',', null)]
    [InlineData("1.5,234", '.', ',', null)]
    [InlineData("$5$", '.', null, "$")]
    [InlineData("€5", '.', null, "$")]
    [InlineData("5.0", ',', null, null)]
    [InlineData("-(5)", '.', null, null)]
    public void NoMarkedNumbers(string text, char mark, char? thousands, string? currency) => Assert.False(NumberText.TryParse(text, new(mark, thousands, currency), out _));

    [Theory]
    [InlineData("inf", true)]
    [InlineData("-Infinity", true)]
    [InlineData("∞", true)]
    [InlineData("1e999", true)]
    [InlineData("1e308", false)]
    [InlineData("info", false)]
    [InlineData("", false)]
    public void Infinities(string text, bool expected) => Assert.Equal(expected, NumberText.IsInfinity(text));

    [Theory]
    [InlineData("1|2.5|−3", '.', null, null)]
    [InlineData("1,234.50|7", '.', ',', null)]
    [InlineData("1.234,50|7", ',', '.', null)]
    [InlineData("1 234,5|12", ',', ' ', null)]
    [InlineData("1 234|12", '.', ' ', null)]
    [InlineData("1'234.5|12", '.', '\'', null)]
    [InlineData("5,0|12,25", ',', null, null)]
    [InlineData("$1.5|(2)|7", '.', null, "$")]
    [InlineData("12%|0|7.5%", '.', null, "%")]
    [InlineData("1.234.567|12", ',', '.', null)]
    [InlineData("12 kr|1.000,5 kr", ',', '.', "kr")]
    [InlineData("12,5%|13,5 %", ',', null, "%")] // the blank stands between no thousands
    public void OneFormatIsInferred(string values, char mark, char? thousands, string? currency)
    {
        NumberInference found = NumberText.Infer(values.Split('|'));
        Assert.Equal(new(mark, thousands, currency), found.Format);
        Assert.Null(found.Other);
        Assert.Equal((-1, values.Split('|').Length), (found.FirstMisfit, found.Fitting));
    }

    [Theory]
    [InlineData("1|2|x|4", 3, 2)]
    [InlineData("12%|0.12|5%", 2, 1)]
    [InlineData("$5|€5", 1, 1)]
    [InlineData("1,234.5|1.234,5", 1, 1)]
    [InlineData("5|inf", 1, 1)]
    public void WhatDoesNotFitIsNamed(string values, int fitting, int misfit)
    {
        NumberInference found = NumberText.Infer(values.Split('|'));
        Assert.Null(found.Format);
        Assert.Equal((fitting, misfit), (found.Fitting, found.FirstMisfit));
    }

    [Fact]
    public void CellsAreCountedWhereTheirNumberIsKnown() => Assert.Equal(50, NumberText.Infer(["1", "x"], counts: [50, 2]).Fitting);

    [Theory]
    [InlineData("1,234|5,678", '.', ',', ',', null)]
    [InlineData("1.234|5.678", '.', null, ',', '.')]
    public void TwoReadingsAreBothGiven(string values, char mark, char? thousands, char otherMark, char? otherThousands)
    {
        NumberInference found = NumberText.Infer(values.Split('|'));
        Assert.Equal(new(mark, thousands), found.Format);
        Assert.Equal(new(otherMark, otherThousands), found.Other);
    }

    [Fact]
    public void AKnownDecimalMarkLeavesOneReading()
    {
        Assert.Equal(new(','), NumberText.Infer(["1,234"], ',').Format);
        Assert.Equal(new(',', '.'), NumberText.Infer(["1.234"], ',').Format);
        Assert.Equal(new('.', ','), NumberText.Infer(["1,234"], '.').Format);
        Assert.Null(NumberText.Infer(["1.5"], ',').Format);
    }

    [Fact]
    public void DoublesAreThoseOfTheRuntime() => Gen.OneOf(
            Gen.Double.Select(number => number.ToString("R", CultureInfo.InvariantCulture)),
            Gen.Double.Select(Gen.Int[0, 20], (number, digits) => number.ToString($"E{digits}", CultureInfo.InvariantCulture)),
            Gen.Float.Select(number => number.ToString("R", CultureInfo.InvariantCulture)),
            Gen.Select(Gen.Long, Gen.Int[0, 18], (number, point) => Math.Abs(number / 2).ToString(CultureInfo.InvariantCulture).PadLeft(20, '0').Insert(19 - point, ".")),
            Gen.Select(Gen.Int, Gen.Int[-30, 30], (number, exponent) => string.Create(CultureInfo.InvariantCulture, $"{number}e{exponent}")),
            Gen.Char["0123456789"].Array[1, 60].Select(digits => new string(digits)))
        .Sample(text =>
        {
            double expected = double.Parse(text, CultureInfo.InvariantCulture);
            bool isNumber = NumberText.TryParse(text, NumberFormat.Plain, out double number);
            Assert.Equal(double.IsFinite(expected), isNumber);
            Assert.True(!isNumber || BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(number), text);
            if (isNumber)
            {
                Assert.True(NumberText.TryParse(text.Replace('.', ','), new(','), out double comma));
                Assert.Equal(number, comma);
            }
        }, iter: 20_000);
}
