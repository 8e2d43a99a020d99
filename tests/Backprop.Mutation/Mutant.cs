using Microsoft.CodeAnalysis.Text;

namespace Backprop.Mutation;

/// <summary>One fault: a piece of a source file and what stands there instead.</summary>
/// <param name="File">Path below src/Backprop.</param>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Fault">Its kind, such as <c>sign</c>.</param>
/// <param name="Span">What is replaced.</param>
/// <param name="Text">By what.</param>
/// <param name="Before">The line or lines as they are, with single spaces.</param>
/// <param name="After">The same with the fault.</param>
internal sealed record Mutant(string File, int Line, string Fault, TextSpan Span, string Text, string Before, string After)
{
    /// <summary>What stays the same when lines move: the name in equivalent.txt.</summary>
    public (string File, string Before, string After) Key => (File, Before, After);

    public override string ToString() => $"{File}:{Line} [{Fault}]\n    {Before}\n    {After}";
}
