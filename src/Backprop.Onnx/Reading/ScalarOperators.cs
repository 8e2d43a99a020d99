using Backprop.Activations;
using Backprop.Interchange;

namespace Backprop.Onnx.Reading;

/// <summary>Operators on one number, in double, and which activation a function made of them is.</summary>
internal static class ScalarOperators
{
    /// <summary>Constants of a formula are rounded to float.</summary>
    private const double Tolerance = 1e-6;

    private static readonly ActivationFunction s_gelu = ActivationFunction.Create("gelu");

    /// <summary>An operator of one number; null: none that is known.</summary>
    /// <param name="type">Its name.</param>
    /// <param name="attribute">An attribute, with what it is where nothing is said.</param>
    public static Func<double, double>? Unary(string type, Func<string, double, double> attribute)
    {
        return type switch
        {
            "Relu" => Of("relu"),
            "LeakyRelu" => Of("leaky_relu", attribute("alpha", 0.01)),
            "Elu" => Of("elu", attribute("alpha", 1)),
            "Celu" => Of("celu", attribute("alpha", 1)),
            "Selu" => Selu(attribute("alpha", 1.67326319217681884765625), attribute("gamma", 1.05070102214813232421875)),
            "Sigmoid" => Of("sigmoid"),
            "Tanh" => Of("tanh"),
            "Softplus" => Of("softplus"),
            "Softsign" => Of("softsign"),
            "HardSigmoid" => HardSigmoid(attribute("alpha", 0.2), attribute("beta", 0.5)),
            "Exp" => Math.Exp,
            "Log" => Math.Log,
            "Sin" => Math.Sin,
            "Cos" => Math.Cos,
            "Abs" => Math.Abs,
            "Neg" => x => -x,
            "Sqrt" => Math.Sqrt,
            "Reciprocal" => x => 1 / x,
            "Erf" => x => x == 0 ? 0 : (2 * Of(s_gelu)(x * Math.Sqrt(2)) / (x * Math.Sqrt(2))) - 1,
            _ => null,
        };

        static Func<double, double> Selu(double alpha, double gamma) => x => gamma * (x > 0 ? x : alpha * (Math.Exp(x) - 1));
        static Func<double, double> HardSigmoid(double alpha, double beta) => x => Math.Clamp((alpha * x) + beta, 0, 1);
    }

    /// <summary>An operator of two numbers; null: none that is known.</summary>
    public static Func<double, double, double>? Binary(string type) => type switch
    {
        "Add" => (a, b) => a + b,
        "Sub" => (a, b) => a - b,
        "Mul" => (a, b) => a * b,
        "Div" => (a, b) => a / b,
        "Pow" => Math.Pow,
        "Max" => Math.Max,
        "Min" => Math.Min,
        _ => null,
    };

    /// <summary>The activation with the values of a function; null: none.</summary>
    /// <param name="values">The function's at the points.</param>
    /// <param name="points">Where functions are compared.</param>
    /// <param name="parameters">Numbers of its formula, one of which may be the activation's.</param>
    /// <param name="last">Its last operator: of two activations that are the same, such as elu(1) and celu(1), the one that ends with it.</param>
    public static ActivationFunction? Recognise(double[] values, double[] points, IEnumerable<double> parameters, string? last)
    {
        foreach (string name in ActivationFunction.Names.OrderBy(name => ActivationFunction.Create(name).Operators is not [.., var step] || step.Name != last))
        {
            var usual = ActivationFunction.Create(name);
            IEnumerable<ActivationFunction> all = usual.Alpha is null ? [usual] : parameters.Where(double.IsFinite).Distinct().Select(alpha => ActivationFunction.Create(name, alpha)).Prepend(usual);
            if (all.FirstOrDefault(activation => activation.Operators is not null && activation.IsElementwise && AreSame(activation, points, values)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static bool AreSame(ActivationFunction activation, double[] points, double[] values)
    {
        double[] own = new double[values.Length];
        activation.Value(points, own);
        for (int n = 0; n < own.Length; n++)
        {
            // log(1 + exp(x)) is meant as softplus where exp overflows too; the sine of 10²⁰ is none
            bool isBeyond = Math.Abs(points[n]) > ComparedPoints.Near && (!double.IsFinite(values[n]) || double.IsNaN(own[n]));
            if (!isBeyond && !(Math.Abs(own[n] - values[n]) <= Tolerance * Math.Max(1, Math.Abs(own[n]))))
            {
                return false;
            }
        }

        return true;
    }

    private static Func<double, double> Of(string name, double? alpha = null) => Of(ActivationFunction.Create(name, alpha));

    private static Func<double, double> Of(ActivationFunction activation) => x =>
    {
        double y = 0;
        activation.Value([x], new Span<double>(ref y));
        return y;
    };
}
