using Backprop.Tables;
using Microsoft.ML;

namespace Backprop.MLNet;

/// <summary>The trainers, where ML.NET has its own.</summary>
/// <example>
/// <code>
/// var ml = new MLContext();
/// IDataView flowers = ml.Data.LoadFromTextFile&lt;Flower&gt;("flowers.csv", ',', hasHeader: true);
/// var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "species")
///     .Append(ml.Transforms.Concatenate("Features", "sepal_length", "sepal_width", "petal_length", "petal_width"))
///     .Append(ml.MulticlassClassification.Trainers.Backprop());
/// ITransformer model = pipeline.Fit(flowers);
/// ml.Model.Save(model, flowers.Schema, "flowers.zip");
/// </code>
/// </example>
public static class BackpropCatalog
{
    /// <summary>A class of several: columns <c>Score</c>, a probability for each key of the label, and <c>PredictedLabel</c>, a key.</summary>
    /// <param name="trainers">ML.NET's own.</param>
    /// <param name="labelColumnName">A key.</param>
    /// <param name="featureColumnName">A vector of <see cref="float"/>; NaN: missing.</param>
    /// <param name="exampleWeightColumnName">What each row counts, a <see cref="float"/>; null: all the same.</param>
    /// <param name="options">How it is trained; null: by the recipe.</param>
    public static BackpropTrainer Backprop(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers trainers, string labelColumnName = "Label", string featureColumnName = "Features", string? exampleWeightColumnName = null, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(trainers);
        return new(new ClassTask(), trainers.SdcaMaximumEntropy(labelColumnName, featureColumnName, exampleWeightColumnName), labelColumnName, featureColumnName, exampleWeightColumnName, options);
    }

    /// <summary>Yes or no: columns <c>Probability</c>, <c>Score</c>, its logit, and <c>PredictedLabel</c>.</summary>
    /// <param name="trainers">ML.NET's own.</param>
    /// <param name="labelColumnName">A <see cref="bool"/>.</param>
    /// <param name="featureColumnName">A vector of <see cref="float"/>; NaN: missing.</param>
    /// <param name="exampleWeightColumnName">What each row counts, a <see cref="float"/>; null: all the same.</param>
    /// <param name="options">How it is trained; null: by the recipe.</param>
    public static BackpropTrainer Backprop(
        this BinaryClassificationCatalog.BinaryClassificationTrainers trainers, string labelColumnName = "Label", string featureColumnName = "Features", string? exampleWeightColumnName = null, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(trainers);
        return new(new BinaryTask(), trainers.SdcaLogisticRegression(labelColumnName, featureColumnName, exampleWeightColumnName), labelColumnName, featureColumnName, exampleWeightColumnName, options);
    }

    /// <summary>A value: column <c>Score</c>.</summary>
    /// <param name="trainers">ML.NET's own.</param>
    /// <param name="labelColumnName">A <see cref="float"/>.</param>
    /// <param name="featureColumnName">A vector of <see cref="float"/>; NaN: missing.</param>
    /// <param name="exampleWeightColumnName">What each row counts, a <see cref="float"/>; null: all the same.</param>
    /// <param name="options">How it is trained; null: by the recipe.</param>
    public static BackpropTrainer Backprop(
        this RegressionCatalog.RegressionTrainers trainers, string labelColumnName = "Label", string featureColumnName = "Features", string? exampleWeightColumnName = null, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(trainers);
        return new(new RegressionTask(), trainers.Sdca(labelColumnName, featureColumnName, exampleWeightColumnName), labelColumnName, featureColumnName, exampleWeightColumnName, options);
    }
}
