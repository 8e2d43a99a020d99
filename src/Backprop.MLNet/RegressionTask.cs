using Backprop.Tables;
using Backprop.Tables.Schemas;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Backprop.MLNet;

/// <summary>A value: <c>Score</c>.</summary>
internal sealed class RegressionTask : TrainerTask
{
    public override TableTask Task => TableTask.Regression;

    public override string[] Outputs => ["value"];

    public override string LabelType => "a Single";

    public override bool Takes(DataViewType type) => type is NumberDataViewType { RawType: var raw } && raw == typeof(float);

    public override LabelReader Read(DataViewSchema.Column label) => new Values(label);

    public override IEnumerable<IEstimator<ITransformer>> Columns(MLContext ml, LabelReader labels) => [ml.Transforms.CustomMapping<Given, Made>(ScoreOfValue.Map, ScoreOfValue.Contract)];

    private sealed class Values(DataViewSchema.Column label) : LabelReader
    {
        private readonly List<double> _values = [];
        private ValueGetter<float> _get = null!;

        public override void Begin(DataViewRow row) => _get = row.GetGetter<float>(label);

        public override bool Take()
        {
            float value = 0;
            _get(ref value);
            if (!float.IsNaN(value))
            {
                _values.Add(value);
            }

            return !float.IsNaN(value);
        }

        public override Column Column(string name) => new(name, ColumnType.Real, [.. _values]);
    }

    /// <summary>What the graph says.</summary>
    internal sealed class Given
    {
        [ColumnName(Prefix + "value"), VectorType(1)]
        public float[] Value { get; set; } = [];
    }

    /// <summary>What ML.NET wants.</summary>
    internal sealed class Made
    {
        public float Score { get; set; }
    }

    /// <summary>ML.NET finds it by the name that its file keeps.</summary>
    [CustomMappingFactoryAttribute(Contract)]
    internal sealed class ScoreOfValue : CustomMappingFactory<Given, Made>
    {
        public const string Contract = Prefix + "Score";

        public static void Map(Given given, Made made) => made.Score = given.Value[0];

        public override Action<Given, Made> GetMapping() => Map;
    }
}
