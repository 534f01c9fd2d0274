using System.Diagnostics;

namespace Holdfast.Store.Tests;

/// <summary>
/// A disk that is soon full: a memory file system of its own where this user may mount one, a page quota otherwise.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly bool _isMounted;

    public SmallDisk(string path, bool isQuota)
    {
        Path = Directory.CreateDirectory(path).FullName;
        _isMounted = !isQuota && Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", Path);
        if (!isQuota && !_isMounted)
            TestContext.Current.TestOutputHelper?.WriteLine("no file system can be mounted here: a page quota stands in for it");
    }

    public string Path { get; }

    public long? MaxPages => _isMounted ? null : 40;

    public void Grow()
    {
        if (_isMounted)
            Assert.True(Run("mount", "-o", "remount,size=16m", Path), "the disk did not grow");
    }

    public void Dispose()
    {
        if (_isMounted)
            Assert.True(Run("umount", "--lazy", Path), $"{Path} is still mounted");
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
