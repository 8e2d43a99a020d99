namespace Backprop.Training;

/// <summary>How much of a history file belongs to a checkpoint, and the hash of it.</summary>
/// <param name="File">The file's name, in the checkpoint's folder.</param>
/// <param name="Bytes">Its first so many bytes.</param>
/// <param name="Sha256">Of those bytes.</param>
internal readonly record struct HistoryMark(string File, long Bytes, string Sha256);
