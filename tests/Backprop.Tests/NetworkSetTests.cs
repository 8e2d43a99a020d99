using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tests;

public sealed class NetworkSetTests
{
    [Fact]
    public void Sets_one_parameter_of_any_tensor_and_no_other()
    {
        NetworkDefinition definition = NetworkDefinition.Parse("3-17:tanh,batch_norm-17:silu,layer_norm,residual-2:softmax");
        foreach (TensorDefinition tensor in definition.Tensors.Where(tensor => tensor.IsTrained))
        {
            var network = new Network<float>(definition, Initializer.PyTorch, 1);
            var before = network.Clone();
            var parameter = ParameterName.Of(tensor, tensor.Length - 1);
            network.Set(parameter, 7.5f);
            Assert.Equal(7.5f, network.Get(parameter));
            foreach (TensorDefinition other in definition.Tensors.Where(other => other.IsTrained))
            {
                for (int n = 0; n < other.Length; n++)
                {
                    var place = ParameterName.Of(other, n);
                    Assert.True(place == parameter || network.Get(place) == before.Get(place), place.ToString());
                }
            }
        }

        Assert.Throws<UsageException>(() => new Network<float>(definition).Set(new(9, 0, 0), 1));
    }

    /// <summary>A step keeps copies of weights: what was set between two steps must be in the next.</summary>
    [Fact]
    public void The_next_step_sees_it()
    {
        NetworkDefinition definition = NetworkDefinition.Parse("2-16:tanh-16:tanh-2:softmax");
        var data = new Dataset<float>(4, 2, [0, 0, 0, 1, 1, 0, 1, 1], Targets<float>.Classes([0, 1, 1, 0], 2));
        var order = new RowPermutation(4, 1, 1);
        var network = new Network<float>(definition, Initializer.PyTorch, 1);
        using var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 4);
        step.Run(data, order, 0, 4, 0.1);
        network.Set(new(2, 3, 5), 2);
        Network<float> fresh = network.Clone();
        step.Run(data, order, 0, 4, 0.1);
        using var other = new TrainingStep<float>(fresh, Optimizer.Create("sgd"), 4);
        other.Run(data, order, 0, 4, 0.1);
        Assert.All(network.Layers, layer => Assert.Equal(fresh.Layers[layer.Index - 1].GetWeights(), layer.GetWeights()));
    }
}
