namespace Holdfast.ApiServer.Tests.Tables;

public sealed class PodStatusTests
{
    private const string Running = """{"name":"c","ready":true,"restartCount":0,"state":{"running":{}}}""";
    private const string Side = """{"name":"s","restartPolicy":"Always"}""";

    [Theory]
    [InlineData("""{}""", """{"phase":"Pending"}""", "0/1 | Pending | 0")]
    [InlineData("""{}""", """{"phase":"Running","containerStatuses":[RUNNING]}""", "1/1 | Running | 0")]
    [InlineData("""{}""", """{"phase":"Failed","reason":"Evicted"}""", "0/1 | Evicted | 0")]
    [InlineData("""{}""", """{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}""", "0/1 | SchedulingGated | 0")]
    [InlineData("""{}""", """{"phase":"Pending","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}]}""", "0/1 | ContainerCreating | 0")]
    [InlineData("""{}""", """{"phase":"Running","containerStatuses":[{"name":"c","restartCount":3,"lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-01-02T11:55:00Z"}},"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""", "0/1 | CrashLoopBackOff | 3 (5m ago)")]
    [InlineData("""{}""", """{"phase":"Running","containerStatuses":[{"name":"c","restartCount":2,"state":{"terminated":{"exitCode":137,"signal":9}}}]}""", "0/1 | Signal:9 | 2")]
    [InlineData("""{}""", """{"phase":"Running","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":3}}}]}""", "0/1 | ExitCode:3 | 0")]
    [InlineData("""{}""", """{"phase":"Succeeded","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}""", "0/1 | Completed | 0")]
    [InlineData("""{}""", """{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},RUNNING]}""", "1/1 | Running | 0")]
    [InlineData("""{}""", """{"phase":"Running","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},RUNNING]}""", "1/1 | NotReady | 0")]
    [InlineData("""{"initContainers":[{"name":"i"},{"name":"j"}]}""", """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}},{"name":"j","state":{"waiting":{"reason":"PodInitializing"}}}],"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"PodInitializing"}}}]}""", "0/1 | Init:0/2 | 0")]
    [InlineData("""{"initContainers":[{"name":"i"},{"name":"j"}]}""", """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"j","restartCount":4,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""", "0/1 | Init:CrashLoopBackOff | 4")]
    [InlineData("""{"initContainers":[{"name":"i"}]}""", """{"phase":"Failed","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}""", "0/1 | Init:Error | 0")]
    [InlineData("""{"initContainers":[{"name":"i"}]}""", """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}}],"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"PodInitializing"}}}]}""", "0/1 | PodInitializing | 0")]
    [InlineData("""{"initContainers":[SIDE]}""", """{"phase":"Running","initContainerStatuses":[{"name":"s","ready":true,"started":true,"restartCount":1,"state":{"running":{}}}],"containerStatuses":[RUNNING]}""", "2/2 | Running | 1")]
    public void A_pod_is_told_in_one_word(string spec, string status, string expected) =>
        Assert.Equal(expected, Told("", spec, status));

    [Fact]
    public void A_pod_on_its_way_out_is_terminating_unless_it_has_ended()
    {
        const string Leaving = """ "deletionTimestamp":"2026-01-02T12:00:30Z", """;
        Assert.Equal("1/1 | Terminating | 0", Told(Leaving, "{}", """{"phase":"Running","containerStatuses":[RUNNING]}"""));
        Assert.Equal("0/1 | Succeeded | 0", Told(Leaving, "{}", """{"phase":"Succeeded"}"""));
        Assert.Equal("0/1 | Unknown | 0", Told(Leaving, "{}", """{"phase":"Running","reason":"NodeLost"}"""));
    }

    [Fact]
    public void The_wide_columns_tell_where_a_pod_is_and_what_it_waits_for()
    {
        var cells = PrintedTable.Cells(Pod("", """{"nodeName":"n1","readinessGates":[{"conditionType":"a/b"},{"conditionType":"a/c"}]}""",
            """{"phase":"Running","podIPs":[{"ip":"127.8.0.2"}],"conditions":[{"type":"a/b","status":"True"}]}"""));
        Assert.Equal("p | 0/1 | Running | 0 | 24h | 127.8.0.2 | n1 | <none> | 1/2", cells);
    }

    private static string Told(string metadata, string spec, string status) =>
        string.Join(" | ", PrintedTable.Cells(Pod(metadata, spec, status)).Split(" | ")[1..4]);

    private static string Pod(string metadata, string spec, string status)
    {
        var containers = spec == "{}" ? """{"containers":[{"name":"c"}]}""" : """{"containers":[{"name":"c"}],""" + spec[1..];
        return $$"""{"apiVersion":"v1","kind":"Pod","metadata":{{{metadata}}"name":"p","creationTimestamp":"2026-01-01T12:00:00Z"},"spec":{{containers}},"status":{{status}}}"""
            .Replace("RUNNING", Running, StringComparison.Ordinal).Replace("SIDE", Side, StringComparison.Ordinal);
    }
}
