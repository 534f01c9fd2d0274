using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Tests;

/// <summary>How mounts are planned on machines that are made up.</summary>
public sealed class MountPlannerTests
{
    private static readonly Machine Plain = new(["/", "/etc", "/var", "/var/lib", "/var/lib/disk", "/dev", "/opt", "/data/vol", "/data/other"], ["/data/file"], new() { ["/var/run"] = "/run" }, ["/", "/var/lib/disk"]);

    [Fact]
    public void An_existing_path_is_only_covered() =>
        Assert.Equal([new MountStep.HostRoot(), new MountStep.Bind("/data/vol", "/opt", false)], Plan(("/data/vol", "/opt")));

    [Fact]
    public void A_new_path_is_made_in_an_overlay_of_its_deepest_parent()
    {
        IReadOnlyList<MountStep> steps = Plan(("/data/vol", "/var/lib/ledger/deep"));
        MountStep.Overlay overlay = Assert.IsType<MountStep.Overlay>(steps[1]);
        Assert.Equal("/var/lib", overlay.Path);
        Assert.Equal(["/var/lib/disk"], overlay.MountsBelow);
        Assert.Equal([new MountStep.MakePlace("/var/lib/ledger/deep", true), new MountStep.Bind("/data/vol", "/var/lib/ledger/deep", false)], steps.Skip(2));
    }

    [Fact]
    public void A_mount_between_two_parents_keeps_an_overlay_of_its_own()
    {
        // Without it, the place would be made on the machine's own disk below the outer overlay.
        IReadOnlyList<MountStep> steps = Plan(("/data/vol", "/var/lib/new"), ("/data/other", "/var/lib/disk/new"));
        Assert.Equal(["/var/lib", "/var/lib/disk"], steps.OfType<MountStep.Overlay>().Select(step => step.Path));
    }

    [Fact]
    public void One_overlay_serves_all_paths_below_it() =>
        Assert.Equal(["/var"], Plan(("/data/vol", "/var/new"), ("/data/other", "/var/lib/new")).OfType<MountStep.Overlay>().Select(step => step.Path));

    [Fact]
    public void A_new_top_level_folder_needs_an_empty_root() =>
        Assert.IsType<MountStep.EmptyRoot>(Plan(("/data/vol", "/new"))[0]);

    [Fact]
    public void A_link_in_a_volume_is_never_followed()
    {
        Machine machine = new(["/", "/opt", "/data/vol", "/data/other"], [], new() { ["/data/vol/link"] = "/etc" }, ["/"]);
        RuntimeException refused = Assert.Throws<RuntimeException>(() => MountPlanner.Plan(
            [new MountRequest("/data/vol", "/opt", false), new MountRequest("/data/other", "/opt/link/x", false)], machine));
        Assert.Equal(RuntimeErrorKind.Invalid, refused.Kind);
    }

    [Fact]
    public void Two_volumes_at_one_path_are_refused() =>
        Assert.Throws<RuntimeException>(() => Plan(("/data/vol", "/opt"), ("/data/other", "/opt/")));

    private static IReadOnlyList<MountStep> Plan(params (string Source, string Target)[] requests) =>
        MountPlanner.Plan([.. requests.Select(request => new MountRequest(request.Source, request.Target, IsReadOnly: false))], Plain).Steps;

    private sealed record Machine(string[] Folders, string[] Files, Dictionary<string, string> Links, string[] Mounts) : IHostView
    {
        public PathKind KindOf(string path) =>
            Links.ContainsKey(path) ? PathKind.Link : Folders.Contains(path) ? PathKind.Folder : Files.Contains(path) ? PathKind.File : PathKind.Missing;

        public string LinkTarget(string path) => Links[path];

        public string ModeOf(string path) => "755";

        public IReadOnlyList<string> Entries(string path) => [.. Folders.Where(folder => folder.LastIndexOf('/') == 0 && folder != "/")];

        public IReadOnlyList<string> MountPoints() => Mounts;
    }
}
