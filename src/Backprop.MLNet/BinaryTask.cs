using Backprop.Tables;
using Backprop.Tables.Schemas;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Backprop.MLNet;

/// <summary>Yes or no: <c>Score</c>, <c>Probability</c>, <c>PredictedLabel</c>.</summary>
internal sealed class BinaryTask : TrainerTask
{
    private const string False = "false", True = "true";

    public override TableTask Task => TableTask.Classification;

    public override string[] Outputs => ["label", "probabilities"];

    public override string LabelType => "a Boolean";

    public override bool Takes(DataViewType type) => type is BooleanDataViewType;

    public override LabelReader Read(DataViewSchema.Column label) => new Flags(label);

    public override IEnumerable<IEstimator<ITransformer>> Columns(MLContext ml, LabelReader labels) => [ml.Transforms.CustomMapping<Given, Made>(Decision.Map, Decision.Contract)];

    private sealed class Flags(DataViewSchema.Column label) : LabelReader
    {
        private readonly List<int> _codes = [];
        private ValueGetter<bool> _get = null!;

        public override IReadOnlyList<string> Labels => [False, True];

        public override void Begin(DataViewRow row) => _get = row.GetGetter<bool>(label);

        public override bool Take()
        {
            bool value = false;
            _get(ref value);
            _codes.Add(value ? 1 : 0);
            return true;
        }

        public override Column Column(string name) => new(name, [.. _codes], Labels);
    }

    /// <summary>What the graph says.</summary>
    internal sealed class Given
    {
        [ColumnName(Prefix + "label"), VectorType(1)]
        public string[] Label { get; set; } = [];

        [ColumnName(Prefix + "probabilities"), VectorType(2)]
        public float[] Probabilities { get; set; } = [];
    }

    /// <summary>What ML.NET wants.</summary>
    internal sealed class Made
    {
        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    /// <summary>ML.NET finds it by the name that its file keeps.</summary>
    [CustomMappingFactoryAttribute(Contract)]
    internal sealed class Decision : CustomMappingFactory<Given, Made>
    {
        public const string Contract = Prefix + "Decision";

        public static void Map(Given given, Made made)
        {
            (float no, float yes) = (given.Probabilities[0], given.Probabilities[1]);
            made.Score = Logarithm(yes) - Logarithm(no);
            made.Probability = yes;
            made.PredictedLabel = given.Label[0] == True;
        }

        public override Action<Given, Made> GetMapping() => Map;

        /// <summary>That of the least float above 0, where there is none.</summary>
        private static float Logarithm(float probability) => float.IsNaN(probability) ? probability : MathF.Log(MathF.Max(probability, float.Epsilon));
    }
}
