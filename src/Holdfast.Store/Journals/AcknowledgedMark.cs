using System.Globalization;
using System.Text;

namespace Holdfast.Store;

/// <summary>
/// What was acknowledged last, in a small file beside the journal's: whose store it is and which revision. It is written after each
/// commit and before its answer, and tells at the next opening whether the journal has lost anything: a damaged end of the
/// write-ahead log looks to SQLite like one that was never written, and an emptied, replaced or older file like a good one.
/// It is a lower bound: after a loss of power it may be older than the journal, never newer.
/// </summary>
internal sealed class AcknowledgedMark : IDisposable
{
    private const int MaximumLength = 256;

    private readonly string _identity;
    private readonly FileStream _file;

    private AcknowledgedMark(string identity, FileStream file) => (_identity, _file) = (identity, file);

    public static string PathOf(string journal) => journal + "-mark";

    /// <summary>Refuses a journal that holds less than what was acknowledged, or that is another store's.</summary>
    /// <param name="journal">The journal's file.</param>
    /// <param name="identity">The identity in it; null when it holds no store.</param>
    /// <param name="revision">The highest revision in it.</param>
    /// <exception cref="StoreCorruptException">It does.</exception>
    public static void Check(string journal, string? identity, long revision)
    {
        if (Read(PathOf(journal)) is not { } mark)
            return;
        if (identity is null)
            throw SqliteFailure.Corrupt(journal, $"it is empty or missing, but revision {mark.Revision} was acknowledged before");
        if (identity != mark.Identity)
            throw SqliteFailure.Corrupt(journal, $"it is the store {identity}, but the store of this folder is {mark.Identity}");
        if (revision < mark.Revision)
            throw SqliteFailure.Corrupt(journal, $"it ends at revision {revision}, but revision {mark.Revision} was acknowledged before: its end is lost, or it is an older copy");
    }

    /// <summary>Opens the mark for writing; the file is for its owner alone.</summary>
    /// <param name="journal">The journal's file.</param>
    /// <param name="identity">Whose store it is.</param>
    public static AcknowledgedMark Open(string journal, string identity)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new AcknowledgedMark(identity, new FileStream(PathOf(journal), options));
    }

    /// <summary>Says that everything up to a revision is durable. No sync: it needs to outlive this process only.</summary>
    /// <param name="revision">The revision.</param>
    public void Write(long revision)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{_identity} {revision:d20}");
        // One write within one sector: a later reader finds the old mark or the new one.
        RandomAccess.Write(_file.SafeFileHandle, Encoding.UTF8.GetBytes($"{text} {TextChecksum.Of(text):x8}\n"), 0);
    }

    /// <summary>Makes it durable, where a sync is due anyway.</summary>
    public void Sync() => RandomAccess.FlushToDisk(_file.SafeFileHandle);

    public void Dispose() => _file.Dispose();

    private static (string Identity, long Revision)? Read(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaximumLength)
            return null;
        // What cannot be read says nothing; the journal's own checks remain.
        var words = File.ReadAllText(path).TrimEnd('\n').Split(' ');
        return words.Length == 3
            && TextChecksum.Of($"{words[0]} {words[1]}").ToString("x8", CultureInfo.InvariantCulture) == words[2]
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? (words[0], revision)
            : null;
    }
}
