using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.MLNet;

/// <summary>What the keys of a label stand for.</summary>
internal abstract class KeyNames
{
    private const string Annotation = "KeyValues";

    /// <summary>What classes are called: as the keys' values are written, or, where that does not tell them apart, by number from 1.</summary>
    public abstract IReadOnlyList<string> Texts { get; }

    /// <summary>From those to keys that have the label's own values.</summary>
    public abstract IEstimator<ITransformer> ToKeys(MLContext ml, string column);

    public static KeyNames Of(DataViewSchema.Column label)
    {
        int count = checked((int)((KeyDataViewType)label.Type).Count);
        Type? type = (label.Annotations.Schema.GetColumnOrNull(Annotation)?.Type as VectorDataViewType)?.ItemType.RawType;
        return type == typeof(ReadOnlyMemory<char>) ? new Typed<string>(Array.ConvertAll(Values<ReadOnlyMemory<char>>(label), value => value.ToString()))
            : type == typeof(float) ? new Typed<float>(Values<float>(label))
            : type == typeof(double) ? new Typed<double>(Values<double>(label))
            : type == typeof(int) ? new Typed<int>(Values<int>(label))
            : type == typeof(long) ? new Typed<long>(Values<long>(label))
            : type == typeof(uint) ? new Typed<uint>(Values<uint>(label))
            : type == typeof(ulong) ? new Typed<ulong>(Values<ulong>(label))
            : type == typeof(short) ? new Typed<short>(Values<short>(label))
            : type == typeof(ushort) ? new Typed<ushort>(Values<ushort>(label))
            : type == typeof(sbyte) ? new Typed<sbyte>(Values<sbyte>(label))
            : type == typeof(byte) ? new Typed<byte>(Values<byte>(label))
            : type == typeof(bool) ? new Typed<bool>(Values<bool>(label))
            : new Typed<uint>([.. Enumerable.Range(1, count).Select(n => (uint)n)]);
    }

    private static T[] Values<T>(DataViewSchema.Column label)
    {
        VBuffer<T> values = default;
        label.Annotations.GetValue(Annotation, ref values);
        return [.. values.DenseValues()];
    }

    private sealed class Typed<T> : KeyNames
        where T : notnull
    {
        private readonly T[] _values;

        public Typed(T[] values)
        {
            _values = values;
            string[] texts = Array.ConvertAll(values, value => string.Create(CultureInfo.InvariantCulture, $"{value}"));
            Texts = texts.All(text => text.Length > 0 && text == text.Trim()) && texts.Distinct(StringComparer.Ordinal).Count() == texts.Length
                ? texts
                : [.. Enumerable.Range(1, texts.Length).Select(n => n.ToString(CultureInfo.InvariantCulture))];
        }

        public override IReadOnlyList<string> Texts { get; }

        /// <summary>By a table of texts and keys, not of texts and values: what is in none of its rows is a missing key there, and would be the value 0.</summary>
        public override IEstimator<ITransformer> ToKeys(MLContext ml, string column)
        {
            IDataView values = ml.Data.LoadFromEnumerable(Texts.Zip(_values, (text, value) => new Row { Text = text, Value = value }));
            IDataView keys = ml.Transforms.Conversion.MapValueToKey(nameof(Row.Value), keyData: ml.Transforms.SelectColumns(nameof(Row.Value)).Fit(values).Transform(values)).Fit(values).Transform(values);
            return ml.Transforms.Conversion.MapValue(column, keys, keys.Schema[nameof(Row.Text)], keys.Schema[nameof(Row.Value)], column);
        }

        private sealed class Row
        {
            public string Text { get; set; } = "";

            public T Value { get; set; } = default!;
        }
    }
}
