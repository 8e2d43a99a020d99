using System.Numerics;
using Backprop.Losses;
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

        int targets = schema is null ? 0 : schema.Target.Kind == TargetKind.Class ? schema.Target.Labels!.Count : schema.Target.Names.Count, expected = file.Network.Definition.TargetCount;
        if (schema is not null && targets != expected && !(schema.Target.Kind == TargetKind.Class && targets < expected) && !(schema.Target.Kind == TargetKind.Class && targets == 2 && expected == 1))
        {
            throw new ModelException($"'{path}': the schema has {targets} targets, the network {file.Network.Definition} takes {expected}");
        }

        if (schema?.Target.Scales is not null && !file.Network.Definition.OutputMeaning.IsOnTargetScale())
        {
            throw new ModelException($"'{path}': the schema standardises the targets {string.Join(", ", schema.Target.Names)}, which the loss {file.Network.Definition.Loss} cannot take: its outputs mean {file.Network.Definition.OutputMeaning}");
        }

        return new(file.Network, schema, file.Training);
    }

    public Evaluator<T> Evaluator() => new(Network, Schema?.Target.Scales?.ToArray());
}
