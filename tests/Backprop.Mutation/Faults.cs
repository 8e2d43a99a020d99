using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Backprop.Mutation;

/// <summary>
/// Finds every place of a file where a fault of the catalogue fits. Never planted, as they would change nothing or only memory: loop bounds
/// beyond the end, increments of loops, sizes of buffers, tuning constants, messages, checks of arguments, tests for null.
/// </summary>
internal sealed partial class Faults : CSharpSyntaxWalker
{
    private static readonly (string, string)[] s_pairs =
    [
        ("y", "t"), ("p", "x"), ("parameter", "gradient"), ("state0", "state1"), ("state1", "state2"), ("_share1", "_share2"), ("_beta1", "_beta2"), ("Beta1", "Beta2"),
        ("_powers1", "_powers2"), ("_rate", "_rectified"), ("_momentum", "_share"), ("_rho", "_share"), ("_ofMean", "_ofGradient"), ("_rate", "_decay"), ("l1", "l2"), ("L1", "L2"),
        ("absolute", "square"), ("mean", "square"), ("low", "high"), ("inputs", "outputs"), ("Inputs", "Outputs"), ("inputStride", "deltaStride"), ("predicted", "actual"),
        ("residual", "total"), ("recursion", "numerical"), ("bound", "deviation"), ("PreActivations", "Activations"), ("Activations", "Deltas"), ("_weights", "_biases"),
        ("_slopes", "_weights"), ("ofWeights", "ofBiases"), ("weights", "biases"), ("mask", "kept"),
    ];

    private static readonly HashSet<string> s_functions = new(StringComparer.Ordinal)
    {
        "Sqrt", "Abs", "Sign", "Exp", "ExpM1", "Log", "Tanh", "Sigmoid", "Softplus", "NormalCdf", "Sin", "Cos", "Smooth", "Inner",
    };

    private readonly string _file;
    private readonly SourceText _text;
    private readonly Dictionary<(string, string), Mutant> _found = [];
    private readonly bool _isRule, _isStep, _isMetric;
    private bool _defaultsOnly;

    private Faults(string file, SyntaxTree tree)
    {
        _file = file;
        _text = tree.GetText();
        _isRule = file.StartsWith("Optimizers/", StringComparison.Ordinal);
        _isStep = _isRule || file == "Training/TrainingStep.cs";
        _isMetric = file.StartsWith("Optimizers/Schedules/", StringComparison.Ordinal) || (file.StartsWith("Training/", StringComparison.Ordinal) && file.Contains("Metrics", StringComparison.Ordinal));
        Visit(tree.GetRoot());
    }

    /// <summary>The faults of a file, in the order of its text.</summary>
    public static IReadOnlyList<Mutant> In(string file, SyntaxTree tree) => [.. new Faults(file, tree)._found.Values.OrderBy(mutant => mutant.Span.Start)];

    public override void VisitAttributeList(AttributeListSyntax node)
    {
    }

    public override void VisitThrowExpression(ThrowExpressionSyntax node)
    {
    }

    public override void VisitThrowStatement(ThrowStatementSyntax node)
    {
    }

    public override void VisitInterpolatedStringExpression(InterpolatedStringExpressionSyntax node)
    {
    }

    public override void VisitArrayCreationExpression(ArrayCreationExpressionSyntax node) => Visit(node.Initializer);

    public override void VisitParameterList(ParameterListSyntax node)
    {
    }

    public override void VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        bool registers = node.Identifier.Text == "Register";
        if (!registers && !Scope.Has(_file, node.Identifier.Text))
        {
            return;
        }

        bool before = _defaultsOnly;
        _defaultsOnly |= registers;
        base.VisitMethodDeclaration(node);
        _defaultsOnly = before;
    }

    public override void VisitLocalFunctionStatement(LocalFunctionStatementSyntax node) => base.VisitLocalFunctionStatement(node);

    public override void VisitPropertyDeclaration(PropertyDeclarationSyntax node)
    {
        if (Scope.Has(_file, node.Identifier.Text))
        {
            base.VisitPropertyDeclaration(node);
        }
    }

    public override void VisitConstructorDeclaration(ConstructorDeclarationSyntax node)
    {
        if (Scope.Has(_file, node.Identifier.Text))
        {
            base.VisitConstructorDeclaration(node);
        }
    }

    public override void VisitFieldDeclaration(FieldDeclarationSyntax node)
    {
        if (Scope.Has(_file, "") || node.Declaration.Variables.Any(variable => Scope.Has(_file, variable.Identifier.Text)))
        {
            base.VisitFieldDeclaration(node);
        }
    }

    public override void VisitForStatement(ForStatementSyntax node)
    {
        foreach (VariableDeclaratorSyntax variable in node.Declaration?.Variables ?? [])
        {
            if (variable.Initializer?.Value is LiteralExpressionSyntax { Token.Value: int first } literal)
            {
                Add("missing term", literal, Text(first + 1));
            }
        }

        if (node.Condition is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LessThanExpression } bound)
        {
            Add("missing term", bound.Right, $"{bound.Right} - 1");
        }
        else if (node.Condition is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.GreaterThanExpression } lower)
        {
            Add("missing term", lower.Right, $"{lower.Right} + 1");
        }

        Visit(node.Statement);
    }

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        string name = (node.Expression as MemberAccessExpressionSyntax)?.Name.Identifier.Text ?? (node.Expression as SimpleNameSyntax)?.Identifier.Text ?? "";
        string[] arguments = [.. node.ArgumentList.Arguments.Select(argument => argument.ToString())];
        if (name is "ThrowIfNull" or "ThrowIfLessThan" or "nameof" or "Allocate" or "Clear")
        {
            return;
        }

        if (name is "Check" or "Within")
        {
            bool before = _defaultsOnly;
            _defaultsOnly = true;
            base.VisitInvocationExpression(node);
            _defaultsOnly = before;
            return;
        }

        if (name == "FusedMultiplyAdd" && arguments.Length == 3)
        {
            AddCall("index swap", node, arguments[2], arguments[1], arguments[0]);
            AddCall("index swap", node, arguments[0], arguments[2], arguments[1]);
            AddCall("sign", node, arguments[0], arguments[1], $"-({arguments[2]})");
            AddCall("sign", node, $"-({arguments[0]})", arguments[1], arguments[2]);
            Add("missing term", node, $"(({arguments[0]}) * ({arguments[1]}))");
            Add("missing factor", node, $"(({arguments[1]}) + ({arguments[2]}))");
            Add("missing factor", node, $"(({arguments[0]}) + ({arguments[2]}))");
        }
        else if (name == "IfLess" && arguments.Length == 4)
        {
            AddCall("branch", node, arguments[1], arguments[0], arguments[2], arguments[3]);
            AddCall("branch", node, arguments[0], arguments[1], arguments[3], arguments[2]);
        }
        else if (name is "Min" or "Max" && node.Expression is MemberAccessExpressionSyntax member)
        {
            Add("function", member.Name, name == "Min" ? "Max" : "Min");
            Add("missing factor", node, $"({arguments[0]})");
            Add("missing factor", node, $"({arguments[1]})");
        }
        else if (name == "Panel" && arguments.Length == 12)
        {
            AddCall("transposed matrix", node, [.. arguments[..4], arguments[5], arguments[4], .. arguments[6..]]);
        }
        else if (name == "Run" && arguments.Length == 6 && node.Expression.ToString() == "Transposition.Run")
        {
            AddCall("transposed matrix", node, arguments[0], arguments[5], arguments[2], arguments[3], arguments[4], arguments[1]);
        }
        else if (s_functions.Contains(name))
        {
            Add("function", node, $"({arguments[0]})");
        }

        base.VisitInvocationExpression(node);
    }

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        string? other = node.Kind() switch
        {
            SyntaxKind.AddExpression => "-",
            SyntaxKind.SubtractExpression => "+",
            SyntaxKind.MultiplyExpression => "/",
            SyntaxKind.DivideExpression => "*",
            SyntaxKind.EqualsExpression => "!=",
            SyntaxKind.NotEqualsExpression => "==",
            SyntaxKind.LessThanExpression => ">",
            SyntaxKind.GreaterThanExpression => "<",
            _ => null,
        };
        bool isText = node.DescendantNodes().OfType<LiteralExpressionSyntax>().Any(literal => literal.Token.Value is string or null);
        if (other is not null && !isText)
        {
            bool adds = node.IsKind(SyntaxKind.AddExpression) || node.IsKind(SyntaxKind.SubtractExpression);
            bool multiplies = node.IsKind(SyntaxKind.MultiplyExpression) || node.IsKind(SyntaxKind.DivideExpression);
            Add(adds ? "sign" : multiplies ? "factor" : "branch", node.OperatorToken, other);
            if (adds || multiplies)
            {
                string what = adds ? "missing term" : "missing factor";
                Add(what, node, node.Left.ToString());
                Add(what, node, node.IsKind(SyntaxKind.SubtractExpression) ? $"(-{node.Right})" : node.Right.ToString());
            }
            else if (_isMetric && node.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.GreaterThanExpression && node.Left is not LiteralExpressionSyntax)
            {
                Add("branch", node.OperatorToken, node.OperatorToken.Text + "=");
            }
        }

        base.VisitBinaryExpression(node);
    }

    public override void VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        if (node.Parent is ForStatementSyntax)
        {
            return;
        }

        string? other = node.Kind() switch
        {
            SyntaxKind.AddAssignmentExpression => "-=",
            SyntaxKind.SubtractAssignmentExpression => "+=",
            SyntaxKind.MultiplyAssignmentExpression => "/=",
            SyntaxKind.DivideAssignmentExpression => "*=",
            _ => null,
        };
        if (other is not null)
        {
            Add(other is "-=" or "+=" ? "sign" : "factor", node.OperatorToken, other);
            Add("missing term", node.OperatorToken, "=");
        }

        if (node.Left is ElementAccessExpressionSyntax && node.IsKind(SyntaxKind.SimpleAssignmentExpression))
        {
            Add("sign", node.Right, $"-({node.Right})");
        }

        base.VisitAssignmentExpression(node);
    }

    public override void VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        if (node.IsKind(SyntaxKind.UnaryMinusExpression))
        {
            Add("sign", node, node.Operand.ToString());
        }

        base.VisitPrefixUnaryExpression(node);
    }

    public override void VisitArrowExpressionClause(ArrowExpressionClauseSyntax node)
    {
        AddSign(node.Expression);
        base.VisitArrowExpressionClause(node);
    }

    public override void VisitReturnStatement(ReturnStatementSyntax node)
    {
        AddSign(node.Expression);
        base.VisitReturnStatement(node);
    }

    public override void VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        if (node.WhenTrue is not ThrowExpressionSyntax && node.WhenFalse is not ThrowExpressionSyntax && !IsAboutNull(node.Condition))
        {
            Add("branch", node, $"{node.Condition} ? {node.WhenFalse} : {node.WhenTrue}");
        }

        base.VisitConditionalExpression(node);
    }

    public override void VisitIfStatement(IfStatementSyntax node)
    {
        if (!IsAboutNull(node.Condition) && !node.Statement.DescendantNodes().OfType<ThrowStatementSyntax>().Any())
        {
            Add("branch", node.Condition, $"!({node.Condition})");
        }

        base.VisitIfStatement(node);
    }

    public override void VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        bool mathematical = node.Ancestors().Any(ancestor => ancestor is ArgumentSyntax or BinaryExpressionSyntax or EqualsValueClauseSyntax or ArrowExpressionClauseSyntax or ConditionalExpressionSyntax or ReturnStatementSyntax or SwitchExpressionArmSyntax);
        bool isTest = node.Parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } || (node.Parent is BinaryExpressionSyntax comparison && IsComparison(comparison) && node.Token.ValueText is "0" or "1");
        if (!mathematical || isTest)
        {
            return;
        }

        switch (node.Token.Value)
        {
            case double value:
                Add("factor", node, value == 0 ? "0.01" : $"({node} * 1.01)");
                break;
            case int value:
                Add("factor", node, Text(value + 1));
                break;
            case bool value when node.Parent is ArrowExpressionClauseSyntax or ArgumentSyntax { NameColon: not null } or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression }:
                Add("branch", node, value ? "false" : "true");
                break;
        }
    }

    public override void VisitIdentifierName(IdentifierNameSyntax node)
    {
        string name = node.Identifier.Text;
        if (node.Parent is NameColonSyntax or TypeArgumentListSyntax or ParameterSyntax or VariableDeclarationSyntax)
        {
            return;
        }

        foreach ((string one, string two) in s_pairs)
        {
            if (name == one || name == two)
            {
                Add("swap of variables", node, name == one ? two : one);
            }
        }

        string[] loops = [.. node.Ancestors().OfType<ForStatementSyntax>().SelectMany(loop => loop.Declaration?.Variables ?? []).Select(variable => variable.Identifier.Text)];
        if (loops.Contains(name) && node.Ancestors().Any(ancestor => ancestor is BracketedArgumentListSyntax))
        {
            foreach (string loop in loops.Where(loop => loop != name))
            {
                Add("index swap", node, loop);
            }
        }

        if (_isStep && name is "step" or "Steps" && node.Parent is ArgumentSyntax or BinaryExpressionSyntax)
        {
            Add("step count", node, $"({name} + 1)");
        }
    }

    public override void VisitBlock(BlockSyntax node)
    {
        for (int n = 0; n < node.Statements.Count; n++)
        {
            StatementSyntax statement = node.Statements[n];
            if (statement is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax or InvocationExpressionSyntax } && !statement.ToString().Contains("ThrowIf", StringComparison.Ordinal))
            {
                Add("missing term", statement, ";");
            }

            if (_isStep && n + 1 < node.Statements.Count && Moves(statement) && Moves(node.Statements[n + 1]) && Depend(statement, node.Statements[n + 1]))
            {
                StatementSyntax next = node.Statements[n + 1];
                Add("old for new", TextSpan.FromBounds(statement.Span.Start, next.Span.End), $"{next} {statement}");
            }

            if (_isRule && statement is LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer.Value: AssignmentExpressionSyntax moved } variable] } declaration)
            {
                Add("old for new", statement, $"{declaration.Declaration.Type} {variable.Identifier} = {moved.Left}; {moved};");
            }
        }

        base.VisitBlock(node);
    }

    private static bool Moves(StatementSyntax statement) => statement is LocalDeclarationStatementSyntax or ExpressionStatementSyntax or IfStatementSyntax && StateOrUpdate().IsMatch(statement.ToString());

    /// <summary>Whether two statements may not change places: one of them moves what the other names. Of calls it is taken for granted.</summary>
    private static bool Depend(StatementSyntax one, StatementSyntax two)
    {
        string[] Moved(StatementSyntax statement) => [.. statement.DescendantNodes().OfType<AssignmentExpressionSyntax>().Select(assignment => assignment.Left.ToString())];
        bool Names(StatementSyntax statement, string name) => statement.DescendantNodes().OfType<ExpressionSyntax>().Any(part => part.ToString() == name);
        string[] first = Moved(one), second = Moved(two);
        bool calls = one is not LocalDeclarationStatementSyntax && two is not LocalDeclarationStatementSyntax && (first.Length == 0 || second.Length == 0);
        return calls || first.Any(name => Names(two, name)) || second.Any(name => Names(one, name));
    }

    private static bool IsComparison(BinaryExpressionSyntax node) =>
        node.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.GreaterThanExpression or SyntaxKind.LessThanOrEqualExpression or SyntaxKind.GreaterThanOrEqualExpression;

    private static bool IsAboutNull(ExpressionSyntax condition) => condition.ToString() is var text && (text.Contains("null", StringComparison.Ordinal) || text.Contains(" is ", StringComparison.Ordinal));

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void AddSign(ExpressionSyntax? value)
    {
        if (value is BinaryExpressionSyntax or InvocationExpressionSyntax or IdentifierNameSyntax or ConditionalExpressionSyntax or CastExpressionSyntax or ParenthesizedExpressionSyntax)
        {
            Add("sign", value, $"-({value})");
        }
    }

    private void AddCall(string fault, InvocationExpressionSyntax node, params string[] arguments) =>
        Add(fault, node.ArgumentList, $"({string.Join(", ", arguments)})");

    private void Add(string fault, SyntaxNode node, string text) => Add(fault, node.Span, text);

    private void Add(string fault, SyntaxToken token, string text) => Add(fault, token.Span, text);

    private void Add(string fault, TextSpan span, string text)
    {
        if (_defaultsOnly && !IsDefault(span))
        {
            return;
        }

        TextLine first = _text.Lines.GetLineFromPosition(span.Start), last = _text.Lines.GetLineFromPosition(span.End);
        string before = Line(_text.ToString(TextSpan.FromBounds(first.Start, last.End)));
        string after = Line(_text.ToString(TextSpan.FromBounds(first.Start, span.Start)) + text + _text.ToString(TextSpan.FromBounds(span.End, last.End)));
        if (before != after)
        {
            // Two like lines of one file have one name only if the same fault is planted in both: the second is told by its number.
            string name = after;
            for (int copy = 2; _found.TryGetValue((before, name), out Mutant? found) && found.Line != first.LineNumber + 1; copy++)
            {
                name = $"{after} // {copy}";
            }

            _found.TryAdd((before, name), new(_file, first.LineNumber + 1, fault, span, text, before, name));
        }
    }

    /// <summary>Whether a place is the default of an option: the right side of <c>??</c>.</summary>
    private bool IsDefault(TextSpan span) => _text.ToString(new(Math.Max(0, span.Start - 3), Math.Min(3, span.Start))) == "?? ";

    private static string Line(string text) => Spaces().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"state\d|Update|Apply|CopyTo|_squares|Penalty|Clip|Scale|Begin|_product|_best", RegexOptions.NonBacktracking)]
    private static partial Regex StateOrUpdate();
}
