using Backprop.Tables;
using Backprop.Tables.Schemas;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Backprop.MLNet;

/// <summary>A class of several: <c>Score</c>, a probability for each key, and <c>PredictedLabel</c>, a key with the label's own values.</summary>
internal sealed class ClassTask : TrainerTask
{
    public override TableTask Task => TableTask.Classification;

    public override string[] Outputs => ["label", "probabilities"];

    public override string LabelType => "a key (MapValueToKey makes one)";

    public override bool Takes(DataViewType type) => type is KeyDataViewType { Count: > 0 };

    public override LabelReader Read(DataViewSchema.Column label) => new Keys(label);

    public override IEnumerable<IEstimator<ITransformer>> Columns(MLContext ml, LabelReader labels) =>
    [
        ml.Transforms.CopyColumns("Score", Prefix + "probabilities"),
        ml.Transforms.CustomMapping<Given, Made>(LabelOfOne.Map, LabelOfOne.Contract),
        ((Keys)labels).Names.ToKeys(ml, nameof(Made.PredictedLabel)),
    ];

    private sealed class Keys(DataViewSchema.Column label) : LabelReader
    {
        private readonly List<int> _codes = [];
        private Func<ulong> _get = null!;

        public KeyNames Names { get; } = KeyNames.Of(label);

        public override IReadOnlyList<string> Labels => Names.Texts;

        public override void Begin(DataViewRow row) => _get = Type.GetTypeCode(label.Type.RawType) switch
        {
            TypeCode.Byte => Getter<byte>(row, key => key),
            TypeCode.UInt16 => Getter<ushort>(row, key => key),
            TypeCode.UInt32 => Getter<uint>(row, key => key),
            _ => Getter<ulong>(row, key => key),
        };

        public override bool Take()
        {
            ulong key = _get();
            if (key > 0)
            {
                _codes.Add((int)key - 1);
            }

            return key > 0;
        }

        public override Column Column(string name) => new(name, [.. _codes], Labels);

        private Func<ulong> Getter<T>(DataViewRow row, Func<T, ulong> of)
        {
            ValueGetter<T> get = row.GetGetter<T>(label);
            return () =>
            {
                T key = default!;
                get(ref key);
                return of(key);
            };
        }
    }

    /// <summary>What the graph says.</summary>
    internal sealed class Given
    {
        [ColumnName(Prefix + "label"), VectorType(1)]
        public string[] Label { get; set; } = [];
    }

    /// <summary>One text in the place of a vector with one.</summary>
    internal sealed class Made
    {
        public string PredictedLabel { get; set; } = "";
    }

    /// <summary>ML.NET finds it by the name that its file keeps.</summary>
    [CustomMappingFactoryAttribute(Contract)]
    internal sealed class LabelOfOne : CustomMappingFactory<Given, Made>
    {
        public const string Contract = Prefix + "PredictedLabel";

        public static void Map(Given given, Made made) => made.PredictedLabel = given.Label[0];

        public override Action<Given, Made> GetMapping() => Map;
    }
}
