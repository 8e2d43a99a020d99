using System.Numerics;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Training;

namespace Backprop.Cli.Input;

/// <summary>A model file with its schema read.</summary>
internal sealed record Model<T>(Network<T> Network, TableSchema? Schema, string? Training) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static Model<T> Read(string path)
    {
        ModelFile<T> file = ModelFile<T>.Read(path);
        TableSchema? schema = file.Schema is null ? null : SchemaJson.Read(file.Schema);
        if (schema is not null && schema.FeatureCount != file.Network.Definition.Inputs)
        {
            throw new ModelException($"'{path}': the schema makes {schema.FeatureCount} features, the network {file.Network.Definition} takes {file.Network.Definition.Inputs}");
        }

        return new(file.Network, schema, file.Training);
    }

    public Evaluator<T> Evaluator() => new(Network, Schema?.Target.Scales?.ToArray());
}
