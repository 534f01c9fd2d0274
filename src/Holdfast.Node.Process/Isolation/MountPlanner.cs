using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Isolation;

/// <summary>
/// Plans how mounts appear at their paths without anything being made on the machine: where a path does not exist
/// yet, its deepest existing parent gets an overlay in memory (the root an empty one, <c>/dev</c> one of its own) and
/// the place is made there. The container's root is put together aside from the machine's, so that sources stay
/// reachable under their real paths until the last step.
/// </summary>
internal static class MountPlanner
{
    private const int MaximumLinks = 40;

    private static readonly string[] DeviceNodes = ["null", "zero", "full", "random", "urandom", "tty"];
    private static readonly string[] DeviceFolders = ["pts", "shm", "mqueue"];

    public static MountPlan Plan(IReadOnlyList<MountRequest> requests, IHostView host)
    {
        List<Placed> placed = Place(requests, host);
        IReadOnlyList<string> mountPoints = host.MountPoints();
        SortedSet<string> parents = new(placed.Where(mount => mount.NewUnder is not null).Select(mount => mount.NewUnder!), StringComparer.Ordinal);
        List<MountStep> steps = [parents.Contains("/") ? EmptyRoot(host) : new MountStep.HostRoot()];
        foreach (string parent in parents.Where(parent => parent != "/" && !IsCovered(parent, parents, mountPoints)))
            steps.Add(parent == "/dev" ? Devices(host) : Overlay(parent, host, mountPoints));
        foreach (Placed mount in placed)
        {
            if (mount.NeedsPlace) steps.Add(new MountStep.MakePlace(mount.Path, mount.IsFolder));
            steps.Add(new MountStep.Bind(mount.Request.Source, mount.Path, mount.Request.IsReadOnly));
        }

        return new MountPlan(steps);
    }

    private static List<Placed> Place(IReadOnlyList<MountRequest> requests, IHostView host)
    {
        List<Placed> placed = [];
        foreach (MountRequest request in requests.OrderBy(request => request.Target.TrimEnd('/') + "/", StringComparer.Ordinal))
        {
            string target = Checked(request);
            PathKind source = host.KindOf(request.Source);
            if (source is not (PathKind.Folder or PathKind.File)) source = KindBehindLink(request, host);
            bool isFolder = source == PathKind.Folder;
            string path = Resolve(target, host);
            Placed? outer = placed.LastOrDefault(other => IsBelow(path, other.Path));
            placed.Add(outer is not null
                ? PlaceInside(outer, request, path, isFolder, host)
                : PlaceOnHost(request, path, isFolder, host));
            if (placed.Count(other => other.Path == path) > 1)
                throw Invalid(target, "two volumes are mounted at this path", "Give each its own path");
        }

        return placed;
    }

    private static PathKind KindBehindLink(MountRequest request, IHostView host)
    {
        PathKind kind = host.KindOf(Resolve(request.Source, host));
        return kind is PathKind.Folder or PathKind.File
            ? kind
            : throw Invalid(request.Target, $"what is to be mounted, {request.Source}, is not there", "Make the volume first");
    }

    private static Placed PlaceOnHost(MountRequest request, string path, bool isFolder, IHostView host)
    {
        PathKind kind = host.KindOf(path);
        if (kind == PathKind.Missing)
        {
            string parent = ParentOf(path);
            while (host.KindOf(parent) == PathKind.Missing) parent = ParentOf(parent);
            RefuseKernelFolders(request.Target, parent);
            if (host.KindOf(parent) != PathKind.Folder) throw Invalid(request.Target, $"{parent} is a file on this machine", "Choose another path");
            return new Placed(request, path, isFolder, parent, NeedsPlace: true);
        }

        return kind == PathKind.Folder == isFolder
            ? new Placed(request, path, isFolder, NewUnder: null, NeedsPlace: false)
            : throw Invalid(
                request.Target, $"there is a {(isFolder ? "file" : "folder")} on this machine, and the volume is a {(isFolder ? "folder" : "file")}", "Choose another path");
    }

    // A link in a volume could lead anywhere on the machine, and the place would be made there.
    private static Placed PlaceInside(Placed outer, MountRequest request, string path, bool isFolder, IHostView host)
    {
        string source = outer.Request.Source;
        bool isMissing = false;
        foreach (string part in path[(outer.Path.Length + 1)..].Split('/'))
        {
            source += "/" + part;
            PathKind kind = host.KindOf(source);
            if (kind == PathKind.Link)
                throw Invalid(request.Target, $"the volume mounted at {outer.Path} has a symbolic link on the way ({source})", "Remove the link or choose another path");
            isMissing |= kind == PathKind.Missing;
        }

        if (isMissing && outer.Request.IsReadOnly)
            throw Invalid(request.Target, $"it lies in the read-only volume at {outer.Path}, which has no such path", "Make the path in that volume, or mount it writable");
        return new Placed(request, path, isFolder, NewUnder: null, NeedsPlace: isMissing);
    }

    private static string Checked(MountRequest request)
    {
        string target = request.Target;
        if (!target.StartsWith('/') || target.Split('/').Any(part => part is ".." or ".") || target.Contains('\0', StringComparison.Ordinal))
            throw Invalid(target, "a mount path is absolute and has no `.` or `..`", "Correct the path");
        string clean = "/" + string.Join('/', target.Split('/', StringSplitOptions.RemoveEmptyEntries));
        if (clean == "/") throw Invalid(target, "nothing can be mounted over the root", "Choose a folder below it");
        RefuseKernelFolders(target, clean);
        return clean;
    }

    private static void RefuseKernelFolders(string target, string path)
    {
        if (path is "/proc" or "/sys" || IsBelow(path, "/proc") || IsBelow(path, "/sys"))
            throw Invalid(target, "nothing can be mounted in /proc or /sys", "Choose another path");
    }

    private static string Resolve(string path, IHostView host)
    {
        string resolved = "/";
        Stack<string> rest = new(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (int links = 0; rest.TryPop(out string? part);)
        {
            if (part == ".") continue;
            if (part == "..")
            {
                resolved = ParentOf(resolved);
                continue;
            }

            string next = Join(resolved, part);
            if (host.KindOf(next) != PathKind.Link)
            {
                resolved = next;
                continue;
            }

            if (++links > MaximumLinks) throw Invalid(path, "its symbolic links go round in a circle", "Choose another path");
            string target = host.LinkTarget(next);
            if (target.StartsWith('/')) resolved = "/";
            foreach (string step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) rest.Push(step);
        }

        return resolved;
    }

    // An outer overlay covers an inner path too, unless a mount lies between: that is shown again as it is, and what is
    // made in it would be made on the machine.
    private static bool IsCovered(string parent, SortedSet<string> parents, IReadOnlyList<string> mountPoints) =>
        parent != "/dev" && parents.Any(outer => outer is not ("/" or "/dev") && IsBelow(parent, outer)
            && !mountPoints.Any(point => IsBelow(point, outer) && (point == parent || IsBelow(parent, point))));

    private static MountStep.EmptyRoot EmptyRoot(IHostView host)
    {
        IReadOnlyList<string> entries = host.Entries("/");
        return new MountStep.EmptyRoot(
            [.. entries.Where(entry => host.KindOf(entry) == PathKind.Folder).Order(StringComparer.Ordinal)],
            [.. entries.Where(entry => host.KindOf(entry) == PathKind.Link).Order(StringComparer.Ordinal).Select(entry => (entry, host.LinkTarget(entry)))]);
    }

    private static MountStep.Overlay Overlay(string parent, IHostView host, IReadOnlyList<string> mountPoints)
    {
        if (parent.AsSpan().IndexOfAny(",:\\\"") >= 0) throw Invalid(parent, "the path has a character that overlays cannot have", "Choose another path");
        IEnumerable<string> below = mountPoints.Where(point => IsBelow(point, parent));
        return new MountStep.Overlay(
            parent, host.ModeOf(parent),
            [.. below.Where(point => !below.Any(other => IsBelow(point, other))).Order(StringComparer.Ordinal)]);
    }

    private static MountStep.Devices Devices(IHostView host) => new(
        [.. DeviceNodes.Where(name => host.KindOf("/dev/" + name) == PathKind.File)],
        [.. DeviceFolders.Where(name => host.KindOf("/dev/" + name) == PathKind.Folder)]);

    private static bool IsBelow(string path, string folder) =>
        folder == "/" ? path != "/" : path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";

    private static string Join(string folder, string name) => folder == "/" ? "/" + name : folder + "/" + name;

    private static RuntimeException Invalid(string target, string problem, string remedy) =>
        new(RuntimeErrorKind.Invalid, $"mount path {target}", problem, remedy);

    private sealed record Placed(MountRequest Request, string Path, bool IsFolder, string? NewUnder, bool NeedsPlace);
}
