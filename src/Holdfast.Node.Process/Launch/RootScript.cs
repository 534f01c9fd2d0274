using System.Globalization;
using System.Text;
using Holdfast.Node.Process.Isolation;

namespace Holdfast.Node.Process.Launch;

/// <summary>Turns a mount plan into shell commands that run in the container's own mount namespace.</summary>
internal static class RootScript
{
    // Scratch space of a container outside its volumes; it is memory.
    private const string ScratchOptions = "size=256m,mode=0755";

    /// <summary>Commands that expect to run in the container's folder, with <c>fail CODE MESSAGE</c> defined.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="mode">Overlays in a user namespace need an option more.</param>
    public static string Write(MountPlan plan, IsolationMode mode)
    {
        StringBuilder script = new();
        if (plan.Steps.Any(step => step is MountStep.Overlay))
            Command(script, $"mount -t tmpfs -o {ScratchOptions} holdfast stage", "scratch space");
        int overlays = 0;
        foreach (MountStep step in plan.Steps) WriteStep(script, step, mode, ref overlays);
        return script.ToString();
    }

    private static void WriteStep(StringBuilder script, MountStep step, IsolationMode mode, ref int overlays)
    {
        switch (step)
        {
            case MountStep.HostRoot:
                Command(script, "mount --rbind / root", "the root");
                break;
            case MountStep.EmptyRoot root:
                WriteEmptyRoot(script, root);
                break;
            case MountStep.Overlay overlay:
                WriteOverlay(script, overlay, mode, overlays++);
                break;
            case MountStep.Devices devices:
                WriteDevices(script, devices);
                break;
            case MountStep.MakePlace place:
                string inside = Inside(place.Path);
                Command(script, place.IsFolder ? $"mkdir -p {inside}" : $"mkdir -p {Inside(Path.GetDirectoryName(place.Path)!)} && : >{inside}", place.Path);
                break;
            case MountStep.Bind bind:
                Command(script, $"mount --bind {Shell.Quote(bind.Source)} {Inside(bind.Path)}", bind.Path);
                if (bind.IsReadOnly) Command(script, $"mount -o remount,bind,ro {Inside(bind.Path)}", bind.Path);
                break;
        }
    }

    private static void WriteEmptyRoot(StringBuilder script, MountStep.EmptyRoot root)
    {
        Command(script, $"mount -t tmpfs -o {ScratchOptions} holdfast root", "the root");
        Command(script, $"mkdir {string.Join(' ', root.Folders.Select(Inside))}", "the root");
        foreach (string folder in root.Folders) Command(script, $"mount --rbind {Shell.Quote(folder)} {Inside(folder)}", folder);
        foreach ((string path, string target) in root.Links) Command(script, $"ln -s {Shell.Quote(target)} {Inside(path)}", path);
    }

    private static void WriteOverlay(StringBuilder script, MountStep.Overlay overlay, IsolationMode mode, int number)
    {
        string upper = string.Create(CultureInfo.InvariantCulture, $"stage/{number}/upper");
        string work = string.Create(CultureInfo.InvariantCulture, $"stage/{number}/work");
        string options = $"lowerdir={overlay.Path},upperdir={upper},workdir={work}" + (mode == IsolationMode.UserNamespaces ? ",userxattr" : "");
        Command(script, $"mkdir -p {work} {upper} && chmod {overlay.Mode} {upper}", overlay.Path);
        // Only an owner that is mapped can be given; another one stays the container's own user.
        script.AppendLine(CultureInfo.InvariantCulture, $"chown --reference={Shell.Quote(overlay.Path)} {upper} || :");
        Command(script, $"mount -t overlay -o {Shell.Quote(options)} holdfast {Inside(overlay.Path)}", overlay.Path);
        foreach (string point in overlay.MountsBelow)
            Command(script, $"mount --rbind {Shell.Quote(point)} {Inside(point)}", point);
    }

    private static void WriteDevices(StringBuilder script, MountStep.Devices devices)
    {
        Command(script, "mount -t tmpfs -o size=1m,mode=0755 holdfast root/dev", "/dev");
        Command(script, $"for name in {Shell.Quote(devices.Nodes)}; do : >\"root/dev/$name\" && mount --bind \"/dev/$name\" \"root/dev/$name\" || fail 128 'cannot prepare a device'; done", "/dev");
        if (devices.Folders.Count > 0)
            Command(script, $"for name in {Shell.Quote(devices.Folders)}; do mkdir \"root/dev/$name\" && mount --rbind \"/dev/$name\" \"root/dev/$name\" || fail 128 'cannot prepare a device'; done", "/dev");
        Command(
            script,
            "ln -s /proc/self/fd root/dev/fd && ln -s /proc/self/fd/0 root/dev/stdin && ln -s /proc/self/fd/1 root/dev/stdout"
            + " && ln -s /proc/self/fd/2 root/dev/stderr && ln -s pts/ptmx root/dev/ptmx",
            "/dev");
    }

    private static void Command(StringBuilder script, string command, string place) =>
        script.AppendLine(CultureInfo.InvariantCulture, $"{{ {command}; }} || fail 128 {Shell.Quote("cannot prepare " + place)}");

    private static string Inside(string path) => Shell.Quote("root" + path);
}
