#:project ../src/Backprop/Backprop.csproj
#:package MathNet.Numerics
// Another library's minimizer over a network: L-BFGS of MathNet.Numerics learns a sine.   dotnet run samples/own-minimizer.cs
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

double[] x = [.. Enumerable.Range(0, 100).Select(n => n / 50.0 * Math.PI)], t = [.. x.Select(Math.Sin)];
var network = new Network<double>(NetworkDefinition.Parse("1-10:tanh-1"), Initializer.PyTorch, seed: 1);
using var objective = new Objective<double>(network, new Dataset<double>(100, 1, x, Targets<double>.Values(t, 1)));
double[] theta = new double[objective.ParameterCount], gradient = new double[theta.Length];
objective.CopyParameters(theta);

var function = ObjectiveFunction.Gradient(at => (objective.Evaluate(at.AsArray(), gradient), Vector<double>.Build.DenseOfArray(gradient)));
MinimizationResult found = new LimitedMemoryBfgsMinimizer(1e-6, 1e-12, 1e-12, memory: 10).FindMinimum(function, Vector<double>.Build.DenseOfArray(theta));
Console.WriteLine($"{objective.Evaluate(found.MinimizingPoint.AsArray(), gradient):E2} after {found.Iterations} iterations: {found.ReasonForExit}");
