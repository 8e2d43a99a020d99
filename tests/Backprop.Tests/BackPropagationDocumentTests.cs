using System.Text;
using System.Text.RegularExpressions;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>
/// docs/back-propagation.md: every number of its example is made here, between <c>&lt;!-- numbers: NAME --&gt;</c> and
/// <c>&lt;!-- end --&gt;</c>. BACKPROP_REWRITE=1 writes them anew.
/// </summary>
public class BackPropagationDocumentTests
{
    private const string Document = "docs/back-propagation.md";

    private static readonly ParameterName s_chosen = new(1, 0, 1);

    [Fact]
    public void EveryNumberIsTheToolsOwn()
    {
        string path = Repository.At(Document), text = File.ReadAllText(path);
        Dictionary<string, string> blocks = Blocks();
        var named = new List<string>();
        string fresh = Regex.Replace(text, "<!-- numbers: (?<name>[a-z ]+) -->\n.*?<!-- end -->", match =>
        {
            string name = match.Groups["name"].Value;
            named.Add(name);
            return $"<!-- numbers: {name} -->\n\n{blocks[name].Trim('\n')}\n\n<!-- end -->";
        }, RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        Assert.Equal(blocks.Keys.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        if (Environment.GetEnvironmentVariable("BACKPROP_REWRITE") == "1")
        {
            File.WriteAllText(path, fresh);
        }

        Assert.Equal(fresh, File.ReadAllText(path));
    }

    [Fact]
    public void EveryLinkLeadsSomewhere()
    {
        string path = Repository.At(Document);
        MatchCollection links = Regex.Matches(File.ReadAllText(path), @"\]\((?<link>[^)#]+)\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        Assert.True(links.Count > 5);
        Assert.All(links.Select(link => link.Groups["link"].Value), link => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, link)), link));
    }

    [Fact]
    public void TheExampleIsHandCheckable()
    {
        (Network<double> network, Dataset<double> data) = Example();
        double p10 = (0.5 * 1) - (0.5 * 0.5), p11 = (0.25 * 1) + (0.5 * 0.5) + 0.25, x10 = Math.Tanh(p10), x11 = Math.Tanh(p11);
        double Sigmoid(double p) => 1 / (1 + Math.Exp(-p));
        double x20 = Sigmoid(x10 - x11 + 0.5), x21 = Sigmoid((0.5 * x10) + (0.5 * x11)), y = x20 - (0.5 * x21) + 0.25;
        double d3 = y - 1, d20 = x20 * (1 - x20) * d3, d21 = x21 * (1 - x21) * -0.5 * d3, d10 = (1 - (x10 * x10)) * (d20 + (0.5 * d21));
        Golden.Near([d10 * 0.5], [Explanation.Of(network, data, 0, s_chosen).Derivative], 1e-14, "by hand");
    }

    private static (Network<double> Network, Dataset<double> Data) Example()
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-2:tanh-2:sigmoid-1:identity", Loss.Create("squared_error")));
        network.Layers[0].SetWeights([0.5, -0.5, 0.25, 0.5]);
        network.Layers[0].SetBiases([0, 0.25]);
        network.Layers[1].SetWeights([1, -1, 0.5, 0.5]);
        network.Layers[1].SetBiases([0.5, 0]);
        network.Layers[2].SetWeights([1, -0.5]);
        network.Layers[2].SetBiases([0.25]);
        return (network, new(1, 2, [1, 0.5], Targets<double>.Values([1], 1)));
    }

    private static Dictionary<string, string> Blocks()
    {
        (Network<double> network, Dataset<double> data) = Example();
        var explanation = Explanation.Of(network, data, 0, s_chosen);
        return new(StringComparer.Ordinal)
        {
            ["network"] = Parameters(network),
            ["forward"] = Forward(network, data, explanation.Loss),
            ["deltas"] = Deltas(network, data),
            ["product"] = Product(explanation),
            ["so far"] = SoFar(explanation),
            ["gradients"] = Gradients(network, data),
            ["three ways"] = ThreeWays(network, data),
            ["update"] = Update(network, data),
            ["explain"] = $"```text\n{BeforeTheThreeWays(ExplanationText.Of(explanation))}\n```",
        };
    }

    /// <summary>The three ways differ in their last bits, which may be others on another processor.</summary>
    private static string BeforeTheThreeWays(string text) => text[..text.IndexOf("Three ways", StringComparison.Ordinal)].TrimEnd();

    private static string Parameters(Network<double> network) => string.Concat(network.Layers.Select(layer => Display(
        $"W_{layer.Index} = {Matrix(layer.GetWeights(), layer.Inputs)}, \\qquad b_{layer.Index} = {Column(layer.GetBiases())}")));

    private static string Forward(Network<double> network, Dataset<double> data, double loss)
    {
        var text = new StringBuilder();
        double[] x = data.Row(0).ToArray();
        for (int l = 1; l <= network.Layers.Length; l++)
        {
            DenseLayer<double> layer = network.Layers[l - 1];
            double[] p = Output(network, data, l, activated: false), after = Output(network, data, l, activated: true);
            text.Append(Display($"p_{l} = W_{l} x_{l - 1} + b_{l} = {Matrix(layer.GetWeights(), layer.Inputs)} {Column(x)} + {Column(layer.GetBiases())} = {Column(p)}"));
            text.Append(Display($"{(l == network.Layers.Length ? "y = " : "")}x_{l} = f_{l}(p_{l}) = {Column(after)}"));
            x = after;
        }

        text.Append(Display($@"L = \tfrac12 (y - t)^2 = \tfrac12 \bigl({MathSymbols.Number(x[0])} - {MathSymbols.Number(data.Targets[0, 0])}\bigr)^2 = {MathSymbols.Number(loss)}"));
        return text.ToString();
    }

    private static string Deltas(Network<double> network, Dataset<double> data)
    {
        Gradient<double> gradient = Backpropagation.Gradient(network, data);
        var text = new StringBuilder();
        int last = network.Layers.Length;
        for (int l = last; l >= 1; l--)
        {
            DenseLayer<double> layer = network.Layers[l - 1];
            double[] slopes = [.. Output(network, data, l, activated: false).Select(layer.Activation.Derivative)];
            string times = $@"f_{l}'(p_{l}) \circ {(l == last ? @"\nabla_y L" : $@"(W_{l + 1}^{{\mathsf T}} \delta_{l + 1})")}";
            double[] behind = l == last ? [Output(network, data, l, activated: true)[0] - data.Targets[0, 0]] : TransposedProduct(network.Layers[l], gradient.BiasGradients(l + 1));
            text.Append(Display($@"\delta_{l} = {times} = {Column(slopes)} \circ {Column(behind)} = {Column(gradient.BiasGradients(l))}"));
        }

        return text.ToString();
    }

    private static string Product(Explanation explanation)
    {
        string[] symbols = [.. explanation.Factors.Select(factor => MathSymbols.Factor(explanation, factor))];
        string[] numbers = [.. explanation.Factors.Select(factor => factor.Role switch
        {
            "diagonal" => $@"\mathrm{{diag}} {Column(factor.Values)}",
            "column" => Column(factor.Values),
            "slope" or "input" => $@"\cdot {MathSymbols.Number(factor.Values[0])}",
            _ => MathSymbols.Matrix(Grid.Of(factor.Values, factor.Shape)),
        })];
        return Display($"{MathSymbols.Derivative(explanation)} = {string.Join(@" \; ", symbols)}")
            + Display($"= {string.Join(@" \; ", numbers)} = {MathSymbols.Number(explanation.Derivative)}");
    }

    private static string SoFar(Explanation explanation) => "| after the factor | the product is | that is |\n| --- | --- | ---: |\n" + string.Concat(
        explanation.Factors.Select((factor, n) => $"| ${MathSymbols.Factor(explanation, factor)}$ | ${MathSymbols.Product(explanation, factor)}$ | {string.Join(", ", explanation.PartialProducts[n].Select(Wording.Number))} |\n"));

    private static string Gradients(Network<double> network, Dataset<double> data)
    {
        Gradient<double> gradient = Backpropagation.Gradient(network, data);
        return string.Concat(network.Layers.Select(layer =>
        {
            int l = layer.Index;
            double[] x = l == 1 ? data.Row(0).ToArray() : Output(network, data, l - 1, activated: true), delta = gradient.BiasGradients(l);
            return Display($@"\frac{{\partial L}}{{\partial W_{l}}} = \delta_{l} x_{l - 1}^{{\mathsf T}} = {Column(delta)} {Matrix(x, x.Length)} = {Matrix(gradient.WeightGradients(l), layer.Inputs)}, \qquad \frac{{\partial L}}{{\partial b_{l}}} = \delta_{l}");
        }));
    }

    private static string ThreeWays(Network<double> network, Dataset<double> data)
    {
        var text = new StringBuilder("| parameter | recursion | back propagation | numerically | worst difference |\n| --- | ---: | ---: | ---: | ---: |\n");
        foreach (DenseLayer<double> layer in network.Layers)
        {
            IEnumerable<ParameterName> weights = Enumerable.Range(0, layer.Outputs * layer.Inputs).Select(n => new ParameterName(layer.Index, n / layer.Inputs, n % layer.Inputs));
            foreach (ParameterName parameter in weights.Concat(Enumerable.Range(0, layer.Outputs).Select(unit => new ParameterName(layer.Index, unit))))
            {
                var one = Explanation.Of(network, data, 0, parameter);
                Assert.True(one.Agrees);
                // of the last bits nothing is said: another processor may round them otherwise
                string worst = one.Difference < 1e-15 ? "< 1e-15" : Wording.Rough(one.Difference);
                text.Append($"| `{parameter}` | {Wording.Number(one.Derivative)} | {Wording.Number(one.Backpropagation)} | {Wording.Number(one.Numerical!.Value)} | {worst} |\n");
            }
        }

        return text.ToString();
    }

    private static string Update(Network<double> network, Dataset<double> data)
    {
        double before = Backpropagation.Gradient(network, data).Loss;
        var trainer = new Trainer<double>(network, data, null, Optimizer.Create("sgd", new() { LearningRate = 0.5 }), new() { Epochs = 1 });
        trainer.Run();
        double after = Backpropagation.Gradient(network, data).Loss;
        return Parameters(network) + $"The loss of the sample was {Wording.Number(before)} and is {Wording.Number(after)} now.";
    }

    /// <summary>p_ℓ or x_ℓ: the output of the network cut off after the layer.</summary>
    private static double[] Output(Network<double> network, Dataset<double> data, int layer, bool activated)
    {
        LayerDefinition own = network.Definition.Layers[layer - 1];
        var cut = new Network<double>(new(network.Definition.Inputs, [.. network.Definition.Layers.Take(layer - 1), activated ? own : new(own.Units, Activations.ActivationFunction.Parse("identity"))]));
        for (int l = 0; l < layer; l++)
        {
            cut.Layers[l].SetWeights(network.Layers[l].GetWeights());
            cut.Layers[l].SetBiases(network.Layers[l].GetBiases());
        }

        return new Predictor<double>(cut).Predict(data.Row(0).ToArray());
    }

    private static double[] TransposedProduct(DenseLayer<double> layer, double[] delta) =>
        [.. Enumerable.Range(0, layer.Inputs).Select(i => Enumerable.Range(0, layer.Outputs).Sum(o => layer.GetWeight(o, i) * delta[o]))];

    private static string Matrix(double[] values, int columns) => MathSymbols.Matrix(Grid.Of(values.Length / columns, columns, (r, c) => values[(r * columns) + c])).Replace('\n', ' ');

    private static string Column(double[] values) => Matrix(values, 1);

    private static string Display(string formula) => $"$$\n{formula.Replace('\n', ' ')}\n$$\n\n";
}
