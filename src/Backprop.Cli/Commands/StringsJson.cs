using System.Text.Json.Serialization;

namespace Backprop.Cli.Commands;

/// <summary>Arrays of strings as JSON.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class StringsJson : JsonSerializerContext;
