using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Tests;

/// <summary>What a container sees of the machine, and what the machine sees of it.</summary>
public sealed class IsolationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool IsRoot => Environment.UserName == "root";

    private static Task<RuntimeFixture> OpenAsync(bool mayIsolate = true) => RuntimeFixture.OpenAsync(async folder => await ProcessRuntime.OpenAsync(
        ProcessRuntimeConformance.Options(folder) with { MayIsolate = mayIsolate, LogBytes = 20_000, LogFiles = 3 }, TimeProvider.System, ProcessRuntimeConformance.Tasks, Token));

    private static bool IsIsolated(RuntimeFixture fixture) =>
        fixture.Runtime.Info.Limitations.All(limitation => limitation.Reason != "VolumesNotMounted");

    private static ContainerMount Mount(string volume, string host, string path, bool isReadOnly = false) =>
        new() { Volume = volume, HostPath = host, ContainerPath = path, IsReadOnly = isReadOnly };

    [Theory(Timeout = 60_000)]
    [InlineData("/var/lib/holdfast-test-ledger")]
    [InlineData("/holdfast-test-top/deep/er")]
    [InlineData("/var/run/secrets/holdfast-test")]
    [InlineData("/mnt")]
    [InlineData("/tmp/with space/and'quote")]
    public async Task A_volume_appears_at_its_mount_path_and_nothing_appears_on_the_machine(string path)
    {
        await using RuntimeFixture fixture = await OpenAsync();
        if (!IsIsolated(fixture))
        {
            TestContext.Current.AddWarning("this machine allows no mount namespace: " + fixture.Runtime.Info.Limitations[0].Message);
            return;
        }
        string volume = fixture.NewVolume("data");
        ContainerSpec spec = RuntimeFixture.Script("echo kept >\"$HOLDFAST_VOLUME_DATA_1/file\" && echo \"$HOLDFAST_VOLUME_DATA_1\"; ls -ld /proc/self >/dev/null && echo x >/dev/null && ls /dev/shm >/dev/null && echo alive")
            with
        { Mounts = [Mount("data-1", volume, path)] };
        ContainerStatus status = await fixture.RunAsync(spec);
        Assert.Equal([path, "alive"], RuntimeFixture.Text(status));
        Assert.Equal("kept\n", await File.ReadAllTextAsync(Path.Combine(volume, "file"), Token));
        Assert.False(File.Exists(Path.Combine(path, "file")));
        if (path != "/mnt") Assert.False(Directory.Exists(path));
        Assert.False(File.Exists("/dev/termination-log"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_read_only_volume_refuses_writes_and_a_nested_one_takes_them()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        if (!IsIsolated(fixture))
        {
            TestContext.Current.AddWarning("this machine allows no mount namespace: " + fixture.Runtime.Info.Limitations[0].Message);
            return;
        }
        string outer = fixture.NewVolume("outer");
        string inner = fixture.NewVolume("inner");
        Directory.CreateDirectory(Path.Combine(outer, "in"));
        ContainerSpec spec = RuntimeFixture.Script("touch /srv/holdfast-test/no 2>/dev/null || echo refused; touch /srv/holdfast-test/in/yes && echo taken")
            with
        { Mounts = [Mount("inner", inner, "/srv/holdfast-test/in"), Mount("outer", outer, "/srv/holdfast-test/", isReadOnly: true)] };
        Assert.Equal(["refused", "taken"], await fixture.OutputAsync(spec));
        Assert.True(File.Exists(Path.Combine(inner, "yes")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pod_has_its_own_host_name_hosts_and_name_servers()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        if (!IsIsolated(fixture))
        {
            TestContext.Current.AddWarning("this machine allows no mount namespace: " + fixture.Runtime.Info.Limitations[0].Message);
            return;
        }
        IReadOnlyList<string> output = await fixture.OutputAsync(RuntimeFixture.Script("uname -n; cat /etc/hostname /etc/resolv.conf /etc/hosts"));
        Assert.Equal(["web-0", "web-0", "nameserver 127.20.255.53", "search default.svc.cluster.local cluster.local", "options ndots:5"], output.Take(5));
        Assert.Contains("127.20.0.1\tweb-0.web.default.svc.cluster.local\tweb-0", output);
        Assert.NotEqual("web-0", Environment.MachineName);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_container_runs_as_the_user_and_groups_it_asks_for(bool mayIsolate)
    {
        await using RuntimeFixture fixture = await OpenAsync(mayIsolate);
        if (!IsRoot)
        {
            TestContext.Current.AddWarning("only root can switch users; without it the pod's event says so");
            return;
        }
        ContainerSpec spec = RuntimeFixture.Script("id -u; id -g; id -G; grep -c '^CapEff:.*0000000000000000' /proc/self/status; echo ok >/dev/stderr") with
        {
            Identity = new ContainerIdentity { User = 10001, Group = 10002, SupplementalGroups = [10003, 10004] },
        };
        ContainerStatus status = await fixture.RunAsync(spec);
        Assert.Equal(["10001", "10002", "10002 10003 10004", "1"], RuntimeFixture.Text(status, "stdout"));
        Assert.Equal(["ok"], RuntimeFixture.Text(status, "stderr"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_runs_as_the_containers_user_on_its_files()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        if (!IsIsolated(fixture))
        {
            TestContext.Current.AddWarning("this machine allows no mount namespace: " + fixture.Runtime.Info.Limitations[0].Message);
            return;
        }
        string volume = fixture.NewVolume("data");
        await File.WriteAllTextAsync(Path.Combine(volume, "file"), "seen", Token);
        ContainerSpec spec = RuntimeFixture.Script("exec sleep 1000") with
        {
            Mounts = [Mount("data", volume, "/var/lib/holdfast-test-exec")],
            Identity = IsRoot ? new ContainerIdentity { User = 10001 } : new ContainerIdentity(),
            WorkingDirectory = "/var/lib/holdfast-test-exec",
        };
        await fixture.StartAsync(spec);
        Assert.Equal("seen", (await fixture.ExecAsync(spec.Id, "cat", "file")).Output);
        if (IsRoot) Assert.Equal("10001\n", (await fixture.ExecAsync(spec.Id, "id", "-u")).Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_image_with_files_and_the_dotnet_runtime_runs_for_any_user()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        string files = Directory.CreateDirectory(Path.Combine(fixture.Folder, "image")).FullName;
        string program = Path.Combine(files, "run.sh");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho \"run $1\"\n\"$DOTNET_ROOT/dotnet\" --list-runtimes | grep -c Microsoft.NETCore.App\n", Token);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        ContainerSpec spec = RuntimeFixture.Script("") with
        {
            Command = null,
            Image = new ImageEntry { Reference = "example/run:1", Entrypoint = ["{files}/run.sh"], Arguments = ["far"], FilesFolder = files, NeedsDotnet = true },
            Identity = IsRoot && IsIsolated(fixture) ? new ContainerIdentity { User = 10001 } : new ContainerIdentity(),
        };
        IReadOnlyList<string> output = await fixture.OutputAsync(spec);
        Assert.Equal("run far", output[0]);
        Assert.NotEqual("0", output[1]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_isolation_the_pod_says_so_and_a_variable_has_each_volumes_real_path()
    {
        await using RuntimeFixture fixture = await OpenAsync(mayIsolate: false);
        string volume = fixture.NewVolume("data");
        ContainerSpec spec = RuntimeFixture.Script("echo \"$HOLDFAST_VOLUME_DATA\"") with { Mounts = [Mount("data", volume, "/var/lib/holdfast-test")] };
        Assert.Equal([volume], await fixture.OutputAsync(spec));
        PodSandbox sandbox = (await fixture.Runtime.ListAsync(Token))[0].Sandbox;
        Assert.Contains(sandbox.Limitations, limitation => limitation.Reason == "VolumesNotMounted");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_last_message_is_read_from_its_file()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerStatus status = await fixture.RunAsync(RuntimeFixture.Script("printf 'disk is full' >\"$HOLDFAST_TERMINATION_LOG\"; exit 1"));
        Assert.Equal("disk is full", status.Exit!.Message);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_log_is_rotated_within_its_bounds_and_its_end_is_kept()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerStatus status = await fixture.RunAsync(RuntimeFixture.Script("i=0; while [ $i -lt 3000 ]; do echo \"line $i\"; i=$((i+1)); done"));
        string folder = Path.GetDirectoryName(status.LogPath)!;
        Assert.Equal(["0.log", "0.log.1", "0.log.2"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(folder), file => Assert.InRange(new FileInfo(file).Length, 1, 30_000));
        Assert.Equal("line 2999", RuntimeFixture.Text(status)[^1]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_daemon_that_clears_its_environment_and_leaves_its_parents_dies_too()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        if (!IsIsolated(fixture))
        {
            TestContext.Current.AddWarning("without a mount namespace such a process cannot be told from others");
            return;
        }
        string volume = fixture.NewVolume("data");
        await fixture.RunAsync(RuntimeFixture.Script(
            $"( env -i PATH=\"$PATH\" setsid sh -c 'echo $$ >{volume}/pid; exec sleep 1000' & ); while [ ! -s {volume}/pid ]; do sleep 0.02; done"));
        string pid = (await File.ReadAllTextAsync(Path.Combine(volume, "pid"), Token)).Trim();
        Assert.False(RuntimeConformance.IsAlive(pid), $"process {pid} outlived its container");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_container_whose_minder_was_killed_goes_on_and_its_end_is_seen()
    {
        await using RuntimeFixture fixture = await OpenAsync();
        ContainerSpec spec = RuntimeFixture.Script("exec sleep 1000");
        await fixture.StartAsync(spec);
        string folder = Path.Combine(fixture.Folder, "node", "pods", RuntimeFixture.PodUid, "containers", "app", "0");
        int minder = int.Parse((await File.ReadAllTextAsync(Path.Combine(folder, "minder"), Token)).Split(' ')[0], null);
        using (System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(minder)) process.Kill();
        Assert.Equal("on\n", (await fixture.ExecAsync(spec.Id, "echo", "on")).Output);
        ContainerStatus status = await fixture.Runtime.StopContainerAsync(spec.Id, TimeSpan.FromSeconds(10), Token);
        Assert.Equal((137, ContainerExitReason.ContainerStatusUnknown), (status.Exit!.Code, status.Exit.Reason));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/var/../etc")]
    [InlineData("relative")]
    [InlineData("/proc/x")]
    [InlineData("/")]
    public async Task A_mount_path_that_leaves_its_bounds_is_refused(string path)
    {
        await using RuntimeFixture fixture = await OpenAsync();
        if (!IsIsolated(fixture))
        {
            TestContext.Current.AddWarning("this machine allows no mount namespace: " + fixture.Runtime.Info.Limitations[0].Message);
            return;
        }
        ContainerSpec spec = RuntimeFixture.Script("exit 0") with { Mounts = [Mount("data", fixture.NewVolume("data"), path)] };
        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => fixture.StartAsync(spec));
        Assert.Equal(RuntimeErrorKind.Invalid, refused.Kind);
    }
}
