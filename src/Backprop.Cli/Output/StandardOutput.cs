namespace Backprop.Cli.Output;

/// <summary>Standard output: that it cannot be written, on a full disk say, is an error that names it.</summary>
internal sealed class StandardOutput(Stream stream) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stream.Write(buffer);
        }
        catch (IOException error)
        {
            throw Unwritable(error);
        }
    }

    public override void Flush()
    {
        try
        {
            stream.Flush();
        }
        catch (IOException error)
        {
            throw Unwritable(error);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static DataException Unwritable(IOException error) => new($"cannot write to standard output: {error.Message}", error);
}
