using System.Diagnostics;
using System.Globalization;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

// step NETWORK BATCH OPTIMIZER THREADS SECONDS: prints `vectors threads µs-a-step µs-a-prediction`. Without arguments it ends at once.
if (args is not [var specification, var batchText, var optimizer, var threadsText, var secondsText])
{
    return;
}

int batch = int.Parse(batchText, CultureInfo.InvariantCulture), threads = int.Parse(threadsText, CultureInfo.InvariantCulture);
double seconds = double.Parse(secondsText, CultureInfo.InvariantCulture);
var network = new Network<float>(NetworkDefinition.Parse(specification), Initializer.PyTorch);
int inputs = network.Definition.Inputs, outputs = network.Definition.Outputs, rows = Math.Max(4 * batch, 4096);
var random = new Random(1);
float[] features = [.. Enumerable.Range(0, rows * inputs).Select(_ => (2 * random.NextSingle()) - 1)];
features.AsSpan(0, rows / 2 * inputs).CopyTo(features.AsSpan(rows / 2 * inputs)); // the same rows with other targets: gradients do not fade
Targets<float> targets = network.Definition.Loss.Name == "cross_entropy"
    ? Targets<float>.Classes([.. Enumerable.Range(0, rows).Select(_ => random.Next(outputs))], outputs)
    : Targets<float>.Values([.. Enumerable.Range(0, rows * outputs).Select(_ => random.NextSingle())], outputs);
var data = new Dataset<float>(rows, inputs, features, targets);
var sampler = new BatchSampler(rows, batch);
using var step = new TrainingStep<float>(network, Optimizer.Create(optimizer, new() { LearningRate = 0.001 }), batch, new() { Threads = threads });
int at = 0;
long epoch = 1;
var order = new RowPermutation(rows, 0, epoch);
double stepTime = Measure(() =>
{
    if (at == sampler.Count)
    {
        (at, epoch) = (0, epoch + 1);
        order = new(rows, 0, epoch);
    }

    (int start, int samples) = sampler[at++];
    step.Run(data, order, start, samples, 0.001, epoch);
});

using var predictor = new Predictor<float>(network);
float[] y = new float[outputs];
int row = 0;
double predictionTime = Measure(() => predictor.Predict(data.Row(row = (row + 1) % rows), y));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step.Vectors.ToString().ToLowerInvariant()} {step.Threads} {stepTime:R} {predictionTime:R}"));

// Half of the time to be warm, then the fastest fifth of that time's other half: µs.
double Measure(Action action)
{
    long begin = Stopwatch.GetTimestamp();
    long count = 0;
    while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds / 2)
    {
        action();
        count++;
    }

    long part = Math.Max(1, count / 5);
    double best = double.PositiveInfinity;
    for (int n = 0; n < 5; n++)
    {
        begin = Stopwatch.GetTimestamp();
        for (long k = 0; k < part; k++)
        {
            action();
        }

        best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalMicroseconds / part);
    }

    return best;
}
