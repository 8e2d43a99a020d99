using Backprop.Derivations;
using Backprop.Pages.Derivation;
using Backprop.Pages.Drawing;

namespace Backprop.Pages.Components;

/// <summary>One derivative, with every factor to be read.</summary>
public partial class DerivationPanel : IDisposable
{
    /// <summary>How long a stage stays when they follow by themselves.</summary>
    private static readonly TimeSpan s_stay = TimeSpan.FromSeconds(1.4);

    private CancellationTokenSource? _playing;

    /// <inheritdoc/>
    public void Dispose()
    {
        _playing?.Cancel();
        _playing?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Goes through the stages one after the other, from the first if the last is shown; or holds.</summary>
    private async Task PlayStages()
    {
        if (_playing is not null)
        {
            await _playing.CancelAsync();
            return;
        }

        using var playing = _playing = new();
        try
        {
            int next = Bench.StageIndex is { } at && at + 1 < Bench.Stages.Count ? at + 1 : 0;
            while (next < Bench.Stages.Count)
            {
                Bench.StageIndex = next++;
                await Task.Delay(s_stay, playing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // held
        }
        finally
        {
            _playing = null;
        }
    }

    /// <summary>How far two numbers are apart, as a part of the greater.</summary>
    private static string Apart(double a, double b) => a == b ? "0" : Figures.Rough(Math.Abs(a - b) / Math.Max(Math.Abs(a), Math.Abs(b)));

    private static string FactorLine(Explanation explanation, int n)
    {
        DerivativeFactor factor = explanation.Factors[n];
        string own = MathMl.Row(ProductMarkup.Symbol(explanation, factor), MathMl.Operator("="), ProductMarkup.Numbers(explanation, factor));
        return n == 0
            ? MathMl.Block(own)
            : MathMl.Block(MathMl.Row(own, "<mspace width=\"1.5em\"/>", MathMl.Text("so far"), "<mspace width=\"0.5em\"/>", ProductMarkup.SoFar(explanation, n)));
    }

    private static string BatchMean(DerivedParameter derived)
    {
        string derivative = ProductMarkup.Derivative(derived.Parameter);
        string ofRow = MathMl.Fraction(
            MathMl.Row(MathMl.Operator("∂"), MathMl.Sub(MathMl.Name("L"), MathMl.Name("r"))), MathMl.Row(MathMl.Operator("∂"), ProductMarkup.Parameter(derived.Parameter)));
        return MathMl.Block(MathMl.Row(
            derivative, MathMl.Operator("="), UpdateMarkup.Mean(derived), ofRow,
            MathMl.Operator("="), MathMl.Number(derived.Ways.Recursion, 6), MathMl.Text($"; the product above is that of row {derived.Passes.Row}{(derived.Rows.SampleWeights is { } weights ? $"; w are the sample weights, of these rows {weights.Sum():G5} in all" : "")}")));
    }
}
