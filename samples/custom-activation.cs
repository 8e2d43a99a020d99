#:project ../src/Backprop/Backprop.csproj
// An activation of one's own, and the check that finds a wrong derivative.   dotnet run samples/custom-activation.cs
using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Networks;

// f(p) = p / √(1 + p²)
ActivationFunction right = ActivationFunction.Custom("algebraic", p => p / Math.Sqrt(1 + (p * p)), p => Math.Pow(1 + (p * p), -1.5));
ActivationFunction wrong = ActivationFunction.Custom("algebraic", p => p / Math.Sqrt(1 + (p * p)), p => Math.Pow(1 + (p * p), -0.5));
var data = new Dataset<double>(2, 2, [0.5, -1, 2, 0.25], Targets<double>.Values([1, -1], 1));
foreach ((string name, ActivationFunction activation) in new[] { ("f′ right", right), ("f′ wrong", wrong) })
{
    var network = new Network<double>(new(2, [new(3, activation), new(1, ActivationFunction.Parse("identity"))]), Initializer.PyTorch, seed: 1);
    GradientCheckResult check = GradientCheck.Run(network, data);
    Console.WriteLine($"{name}: {check.Checked} derivatives three ways, {(check.Agrees ? "they agree" : $"they do NOT agree, worst at {check.WorstParameter}")}");
}
