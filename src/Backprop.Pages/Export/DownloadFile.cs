namespace Backprop.Pages.Export;

/// <summary>A file that is handed to the browser.</summary>
/// <param name="Name">What it is to be called.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record DownloadFile(string Name, string Type, byte[] Content);
