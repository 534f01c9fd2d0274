using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.FaultyDisk;

/// <summary>
/// Stands between SQLite and its files, in this process: writes reach the file only when they are synced, so that a kill is as bad as
/// a loss of power, and one operation goes wrong as planned. It takes the place of the functions in SQLite's own table of file operations.
/// </summary>
public static unsafe class Disk
{
    // Where sqlite3_vfs and sqlite3_io_methods (sqlite.org/c3ref) keep the functions, on a machine of 64 bits.
    private const int VfsOpen = 40;
    private const int MethodsSize = 152;
    private const int MethodClose = 8;
    private const int MethodRead = 16;
    private const int MethodWrite = 24;
    private const int MethodTruncate = 32;
    private const int MethodSync = 40;
    private const int MethodFileSize = 48;
    private const int Ok = 0;
    private const int ShortRead = 522;
    private const int WriteError = 778;
    private const int SyncError = 1034;
    private const int Killed = 9;
    private const int Sector = 512;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, HeldFile> Files = [];
    private static readonly Dictionary<nint, nint> Originals = [];
    private static delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int> _open;
    private static FaultPlan _plan = FaultPlan.Parse("none");
    private static int _met;
    private static bool _lies;
    private static ulong _state;

    /// <summary>What the program is at, for plans that name a phase.</summary>
    public static string Phase { get; set; } = "";

    /// <summary>Puts itself under SQLite, before the first file is opened.</summary>
    /// <param name="plan">What goes wrong.</param>
    /// <param name="programFolder">Where the program, and with it SQLite, is.</param>
    public static void Install(FaultPlan plan, string programFolder)
    {
        (_plan, _state) = (plan, plan.Seed + 1);
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string[] places = [Path.Combine(programFolder, "runtimes", $"linux-{architecture}", "native"), programFolder];
        var library = NativeLibrary.Load(places.Select(place => Path.Combine(place, "libe_sqlite3.so")).First(File.Exists));
        var find = (delegate* unmanaged[Cdecl]<byte*, nint>)NativeLibrary.GetExport(library, "sqlite3_vfs_find");
        var vfs = find(null);
        _open = (delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)Marshal.ReadIntPtr(vfs, VfsOpen);
        Marshal.WriteIntPtr(vfs, VfsOpen, (nint)(delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)&Open);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint vfs, byte* name, nint file, int flags, int* outFlags)
    {
        var code = _open(vfs, name, file, flags, outFlags);
        var path = Marshal.PtrToStringUTF8((nint)name) ?? "";
        var kind = path.EndsWith("store.db", StringComparison.Ordinal) ? "db" : path.EndsWith("store.db-wal", StringComparison.Ordinal) ? "wal" : null;
        if (code != Ok || kind is null)
            return code;
        lock (Gate)
        {
            var original = *(nint*)file;
            var methods = (nint)NativeMemory.Alloc(MethodsSize);
            Buffer.MemoryCopy((void*)original, (void*)methods, MethodsSize, MethodsSize);
            Set(methods, MethodClose, (nint)(delegate* unmanaged[Cdecl]<nint, int>)&Close);
            Set(methods, MethodRead, (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)&Read);
            Set(methods, MethodWrite, (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)&Write);
            Set(methods, MethodTruncate, (nint)(delegate* unmanaged[Cdecl]<nint, long, int>)&Truncate);
            Set(methods, MethodSync, (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&Sync);
            Set(methods, MethodFileSize, (nint)(delegate* unmanaged[Cdecl]<nint, long*, int>)&FileSize);
            *(nint*)file = methods;
            Files[file] = new HeldFile(kind);
            Originals[file] = original;
        }
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint file)
    {
        lock (Gate)
        {
            // An orderly end is not a loss of power: the system still has what was written.
            if (!_lies)
                Flush(file);
            var close = (delegate* unmanaged[Cdecl]<nint, int>)Original(file, MethodClose);
            Files.Remove(file);
            Originals.Remove(file);
            return close(file);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint file, byte* into, int amount, long offset)
    {
        lock (Gate)
        {
            var code = ((delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)Original(file, MethodRead))(file, into, amount, offset);
            if (code is not (Ok or ShortRead))
                return code;
            Files[file].Overlay(offset, new Span<byte>(into, amount));
            return offset + amount <= Size(file) ? Ok : ShortRead;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint file, byte* from, int amount, long offset)
    {
        lock (Gate)
        {
            var fails = Meets(Files[file].Kind + "-write", isAfter: false);
            if (fails)
                return WriteError;
            Files[file].Write(offset, new ReadOnlySpan<byte>(from, amount));
            return Meets(Files[file].Kind + "-write", isAfter: true) ? WriteError : Ok;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(nint file, long size)
    {
        lock (Gate)
            Files[file].Truncate(size);
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint file, int flags)
    {
        lock (Gate)
        {
            if (Meets(Files[file].Kind + "-sync", isAfter: false))
                return SyncError;
            if (_lies)
                return Ok;
            Flush(file);
            var code = ((delegate* unmanaged[Cdecl]<nint, int, int>)Original(file, MethodSync))(file, flags);
            return code == Ok && Meets(Files[file].Kind + "-sync", isAfter: true) ? SyncError : code;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(nint file, long* size)
    {
        lock (Gate)
            *size = Size(file);
        return Ok;
    }

    /// <summary>Whether the operation is to fail; when the machine is to die at it, this does not return.</summary>
    private static bool Meets(string point, bool isAfter)
    {
        if (_plan.Point != point || _plan.IsAfter != isAfter || (_plan.Phase.Length > 0 && _plan.Phase != Phase) || ++_met != _plan.Count)
            return false;
        switch (_plan.Action)
        {
            case FaultAction.Kill:
                Die();
                return true;
            case FaultAction.Lie:
                _lies = true;
                return false;
            default:
                return _plan.Action == FaultAction.Fail;
        }
    }

    private static void Die()
    {
        foreach (var (file, held) in Files)
        {
            foreach (var (offset, bytes) in held.Held)
            {
                // Each arrived whole, in part by sectors, or not at all.
                var length = Draw(3) switch { 0 => 0, 1 => bytes?.Length ?? 0, _ => (int)Draw(((bytes?.Length ?? 0) / Sector) + 1) * Sector };
                Put(file, offset, bytes.AsSpan(0, length));
            }
        }
        _ = Kill(Environment.ProcessId, Killed);
        Thread.Sleep(Timeout.Infinite);
    }

    private static void Flush(nint file)
    {
        var held = Files[file];
        foreach (var write in held.Held)
        {
            if (write.Bytes is null)
                ((delegate* unmanaged[Cdecl]<nint, long, int>)Original(file, MethodTruncate))(file, write.Offset);
            else
                Put(file, write.Offset, write.Bytes);
        }
        held.Forget();
    }

    private static void Put(nint file, long offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            if (bytes.Length > 0)
                ((delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)Original(file, MethodWrite))(file, from, bytes.Length, offset);
        }
    }

    private static long Size(nint file)
    {
        long onDisk;
        ((delegate* unmanaged[Cdecl]<nint, long*, int>)Original(file, MethodFileSize))(file, &onDisk);
        return Files[file].SizeOver(onDisk);
    }

    // SplitMix64: a seed gives the same run.
    private static ulong Draw(int below)
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (mixed ^ (mixed >> 31)) % (ulong)below;
    }

    private static nint Original(nint file, int method) => Marshal.ReadIntPtr(Originals[file], method);

    private static void Set(nint methods, int method, nint function) => Marshal.WriteIntPtr(methods, method, function);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
