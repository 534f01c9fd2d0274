using System.Globalization;

namespace Holdfast.Cli.Screens;

/// <summary>One line on the error output that counts, where a person looks at it; nothing where a script reads.</summary>
internal sealed class ObjectProgress(string done) : IProgress<long>, IDisposable
{
    private const long MillisecondsBetween = 200;

    private readonly bool _isSeen = !Console.IsErrorRedirected;
    private long _last;
    private bool _hasLine;

    public void Report(long value)
    {
        if (!_isSeen || Environment.TickCount64 - _last < MillisecondsBetween)
        {
            return;
        }
        _last = Environment.TickCount64;
        _hasLine = true;
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r  {value:n0} objects {done} ..."));
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (_hasLine)
        {
            Console.Error.Write($"\r{new string(' ', 60)}\r");
        }
        _hasLine = false;
    }
}
