using System.Numerics;
using System.Text;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Interchange.CSharp;

/// <summary>Formulas as methods, with the functions that they call: each written once, on one number and, where it is asked for, on vectors.</summary>
internal sealed class FormulaSource
{
    private readonly HashSet<(string Method, bool IsSingle, bool IsVector)> _written = [];
    private readonly Dictionary<ActivationFunction, string> _names = [];
    private readonly StringBuilder _text = new();

    /// <summary>All methods, those that are called behind those that call.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>The method of an activation; null: it changes nothing.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="isVector">Whether it is wanted on vectors too.</param>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="ModelException">It is no formula.</exception>
    public string? Activation<T>(ActivationFunction activation, bool isVector) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Formula formula = activation.Formula<T>() ?? throw new ModelException($"the activation '{activation}' is given as code of its own, which cannot be written as C#: written as an IActivation it can");
        if (formula.Result == 0)
        {
            return null;
        }

        if (!_names.TryGetValue(activation, out string? name))
        {
            string wanted = name = $"F{CSharpText.Name(activation.Name, "Activation")}"; // my_act and myAct are of one name here
            for (int more = 1; _names.ContainsValue(name); more++)
            {
                name = $"{wanted}_{more}";
            }

            _names.Add(activation, name);
        }

        Methods<T>(name, $"{activation}", formula, isVector);
        return name;
    }

    /// <summary>One of the library's functions.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    public void Function<T>(FormulaOperation function, bool isVector) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Methods<T>(function.ToString(), null, Formula.Of<T>(function), isVector);

    private void Methods<T>(string name, string? of, Formula formula, bool isVector) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isSingle = typeof(T) == typeof(float);
        string type = isSingle ? "float" : "double";
        if (_written.Add((name, isSingle, false)))
        {
            _text.Append(of is null ? "" : $"    /// <summary>{CSharpText.Comment(of)}.</summary>\n");
            Method(name, type, formula, n => Operand(formula, n, type), (operation, operands) => Scalar(operation, operands, type));
        }

        if (isVector && _written.Add((name, isSingle, true)))
        {
            _text.Append("#if NET9_0_OR_GREATER\n");
            Method(name, $"Vector<{type}>", formula, n => formula.Steps[n].Operation == FormulaOperation.Constant ? $"Vector.Create({Operand(formula, n, type)})" : Operand(formula, n, type), Lanes);
            _text.Length--;
            _text.Append("#endif\n\n");
        }

        foreach (FormulaStep step in formula.Steps.Where(step => step.Operation >= FormulaOperation.Exp))
        {
            Function<T>(step.Operation, isVector);
        }
    }

    private void Method(string name, string type, Formula formula, Func<int, string> operand, Func<FormulaOperation, string[], string> write)
    {
        _text.Append($"    private static {type} {name}({type} a)\n    {{\n");
        for (int n = 0; n < formula.Steps.Count; n++)
        {
            FormulaStep step = formula.Steps[n];
            if (step.Operation is not (FormulaOperation.Argument or FormulaOperation.Constant))
            {
                _text.Append($"        {(n == formula.Result ? "return" : $"{type} v{n} =")} {write(step.Operation, [.. step.Operands.Select(operand)])};\n");
            }
        }

        _text.Append(formula.Steps[formula.Result].Operation is FormulaOperation.Argument or FormulaOperation.Constant ? $"        return {operand(formula.Result)};\n    }}\n\n" : "    }\n\n");
    }

    private static string Operand(Formula formula, int step, string type) => formula.Steps[step].Operation switch
    {
        FormulaOperation.Argument => "a",
        FormulaOperation.Constant => CSharpText.Literal(formula.Steps[step].Constant, type == "float"),
        _ => $"v{step}",
    };

    /// <summary>Each operation is rounded to its type: a machine may compute float in double.</summary>
    private static string Scalar(FormulaOperation operation, string[] of, string type)
    {
        string Rounded(string expression) => type == "float" ? $"(float)({expression})" : expression;
        return operation switch
        {
            FormulaOperation.Add => Rounded($"{of[0]} + {of[1]}"),
            FormulaOperation.Subtract => Rounded($"{of[0]} - {of[1]}"),
            FormulaOperation.Multiply => Rounded($"{of[0]} * {of[1]}"),
            FormulaOperation.Divide => Rounded($"{of[0]} / {of[1]}"),
            FormulaOperation.Negate => of[0][0] == '-' ? $"-({of[0]})" : $"-{of[0]}", // -- is another operator
            FormulaOperation.FusedMultiplyAdd => $"Fma({of[0]}, {of[1]}, {of[2]})",
            FormulaOperation.IfLess => $"{of[0]} < {of[1]} ? {of[2]} : {of[3]}",
            FormulaOperation.Abs => $"Math.Abs({of[0]})",
            _ => $"{operation}({string.Join(", ", of)})",
        };
    }

    private static string Lanes(FormulaOperation operation, string[] of) => operation switch
    {
        FormulaOperation.Add => $"{of[0]} + {of[1]}",
        FormulaOperation.Subtract => $"{of[0]} - {of[1]}",
        FormulaOperation.Multiply => $"{of[0]} * {of[1]}",
        FormulaOperation.Divide => $"{of[0]} / {of[1]}",
        FormulaOperation.FusedMultiplyAdd => $"Vector.FusedMultiplyAdd({of[0]}, {of[1]}, {of[2]})",
        FormulaOperation.IfLess => $"Vector.ConditionalSelect(Vector.LessThan({of[0]}, {of[1]}), {of[2]}, {of[3]})",
        FormulaOperation.Abs => $"Vector.Abs({of[0]})",
        FormulaOperation.Sqrt => $"Vector.SquareRoot({of[0]})",
        _ => $"{operation}({string.Join(", ", of)})",
    };
}
