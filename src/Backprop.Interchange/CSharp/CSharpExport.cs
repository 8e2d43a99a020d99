using System.Globalization;
using System.Text;
using Backprop.ModelFiles;
using Backprop.Tables;
using Backprop.Tables.Models;

namespace Backprop.Interchange.CSharp;

/// <summary>
/// Models as C# source: one file that needs nothing but the base library (.NET Standard 2.1 and later, Unity too), from the cells of a row to label and probabilities, or values in the targets' own
/// units, with the same bits as <see cref="TabularModel.PredictAll(string, Notes?)"/>. Vectors are used from .NET 9 on.
/// </summary>
/// <example>
/// <code>
/// TabularModel model = TabularModel.Load("flowers.safetensors");
/// CSharpExport.Write(model, "Flowers.cs", new CSharpOptions { Namespace = "Garden" });
/// </code>
/// </example>
public static class CSharpExport
{
    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; unless the options name the class, it is called as the file.</param>
    /// <param name="options">How; null: as usual.</param>
    /// <param name="notes">What is called otherwise, or done otherwise than expected, goes here.</param>
    /// <exception cref="ModelException">Something of the model cannot be written as C#: which, by name.</exception>
    /// <exception cref="UsageException">A class or a namespace that is no name.</exception>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void Write(TabularModel model, string path, CSharpOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] source = Encoding.UTF8.GetBytes(Source(model, options ?? new(), CSharpText.Name(Path.GetFileName(path).Split('.')[0], "Model"), notes));
        AtomicFile.Write(path, stream => stream.Write(source));
    }

    /// <summary>The source as text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How; null: as usual, with a class <c>Model</c>.</param>
    /// <param name="notes">What is called otherwise, or done otherwise than expected, goes here.</param>
    /// <exception cref="ModelException">Something of the model cannot be written as C#: which, by name.</exception>
    /// <exception cref="UsageException">A class or a namespace that is no name.</exception>
    public static string Source(TabularModel model, CSharpOptions? options = null, Notes? notes = null) => Source(model, options ?? new(), "Model", notes);

    private static string Source(TabularModel model, CSharpOptions options, string usualClass, Notes? notes)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (options.Namespace is { } space && !space.Split('.').All(CSharpText.IsName))
        {
            throw new UsageException($"the namespace '{space}': no name of C#") { Settings = ["Namespace"] };
        }

        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // some have a minus that no compiler takes
        try
        {
            return model is TabularModel<double> exact
                ? new ModelSource<double>(exact, options, notes).Write(usualClass)
                : new ModelSource<float>((TabularModel<float>)model, options, notes).Write(usualClass);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
