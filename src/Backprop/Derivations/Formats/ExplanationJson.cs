using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Backprop.Derivations.Formats;

/// <summary>An <see cref="Explanation"/> as one compact line of JSON, all numbers in full. What is not finite is null.</summary>
public static class ExplanationJson
{
    /// <summary>The line, without its end.</summary>
    public static string Of(Explanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            Write(explanation, json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Writes what the line has within an object that has begun, and may have more.</summary>
    public static void Write(Explanation explanation, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        ArgumentNullException.ThrowIfNull(json);
        json.WriteString("parameter", explanation.Parameter.ToString());
        if (explanation.Batch is { } batch)
        {
            json.WriteNumber("rows", batch);
            json.WriteBoolean("batch_statistics", true);
        }
        else
        {
            json.WriteNumber("row", explanation.Row);
        }

        Number(json, "loss", explanation.Loss);
        Number(json, "derivative", explanation.Derivative);
        Number(json, "backpropagation", explanation.Backpropagation);
        Number(json, "numerical", explanation.Numerical ?? double.NaN);
        Number(json, "difference", explanation.Difference);
        json.WriteStartArray("factors");
        for (int n = 0; n < explanation.Factors.Count; n++)
        {
            Factor(json, explanation.Factors[n], explanation.PartialProducts[n]);
        }

        json.WriteEndArray();
        if (Wording.FromName(explanation) is { } from)
        {
            json.WriteString("from", from);
        }

        if (Wording.ToName(explanation) is { } to)
        {
            json.WriteString("to", to);
        }

        json.WriteString("numerical_method", explanation.NumericalMethod);
        json.WriteString("numerical_left_out", explanation.NumericalLeftOut);
        json.WriteBoolean("agrees", explanation.Agrees);
        if (explanation.Batch is null)
        {
            json.WriteStartObject("layer");
            Numbers(json, "delta", explanation.Deltas);
            Numbers(json, "input", explanation.Inputs);
            json.WriteEndObject();
        }

        if (!Wording.HasCompactForm(explanation))
        {
            json.WriteStartObject("tensor");
            json.WriteString("name", explanation.Tensor.Name);
            json.WriteStartArray("shape");
            foreach (int size in explanation.Tensor.Shape)
            {
                json.WriteNumberValue(size);
            }

            json.WriteEndArray();
            Numbers(json, "gradient", explanation.TensorGradient);
            json.WriteEndObject();
        }

        OperationCounts count = explanation.Operations;
        json.WriteStartObject("operations");
        json.WriteNumber("forward", count.Forward);
        json.WriteNumber("tangent", count.Tangent);
        json.WriteNumber("all_tangents", count.AllTangents);
        json.WriteNumber("backward", count.Backward);
        json.WriteEndObject();
    }

    /// <summary>A factor; one within another has no product of its own.</summary>
    private static void Factor(Utf8JsonWriter json, DerivativeFactor factor, double[]? product)
    {
        json.WriteStartObject();
        json.WriteString("role", factor.Role);
        json.WriteString("symbol", factor.Symbol);
        json.WriteNumber("layer", factor.Layer);
        json.WriteStartArray("shape");
        foreach (int size in factor.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        if (factor.Through.Count > 0)
        {
            json.WriteStartArray("through");
            foreach (DerivativeFactor one in factor.Through)
            {
                Factor(json, one, null);
            }

            json.WriteEndArray();
        }
        else
        {
            json.WritePropertyName("values");
            Nested(json, factor.Shape, 0, factor.Values);
        }

        if (product is not null)
        {
            json.WritePropertyName("product");
            Nested(json, factor.ShapeOf(product), 0, product);
        }

        json.WriteEndObject();
    }

    /// <summary>A number, a list, a list of lists, as the shape says.</summary>
    private static void Nested(Utf8JsonWriter json, IReadOnlyList<int> shape, int dimension, ReadOnlySpan<double> values)
    {
        if (dimension == shape.Count)
        {
            Value(json, values[0]);
            return;
        }

        json.WriteStartArray();
        int size = values.Length / shape[dimension];
        for (int n = 0; n < shape[dimension]; n++)
        {
            Nested(json, shape, dimension + 1, values.Slice(n * size, size));
        }

        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string? name, IEnumerable<double> values)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        json.WriteStartArray();
        foreach (double value in values)
        {
            Value(json, value);
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        Value(json, value);
    }

    private static void Value(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
