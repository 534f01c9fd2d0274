using System.Runtime.InteropServices;

namespace Holdfast.Node.Volumes;

/// <summary>The few file calls of Linux that .NET has no name for. Each gives 0, or -1 with the cause in <see cref="Marshal.GetLastPInvokeErrorMessage"/>.</summary>
internal static partial class LinuxFiles
{
    /// <summary>Changes the owner of a file, of the link itself if it is one.</summary>
    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int LinkOwner(string path, uint user, uint group);

    /// <summary>Puts one file or link in the place of another in one step; .NET's own move looks through links.</summary>
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Rename(string from, string to);
}
