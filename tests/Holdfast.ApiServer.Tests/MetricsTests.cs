using System.Text.RegularExpressions;
using Holdfast.Model.Rbac;
using Holdfast.Platform.Metrics;

namespace Holdfast.ApiServer.Tests;

/// <summary>What <c>/metrics</c> shows, and to whom.</summary>
public sealed class MetricsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_figures_are_shown_in_the_text_format_of_Prometheus()
    {
        var metrics = new MetricRegistry();
        metrics.Counter("holdfast_things_total", "Things.", ("kind", "a \"b\"\\\n")).Increment();
        metrics.Durations("holdfast_thing_seconds", "How long.").Record(TimeSpan.FromSeconds(0.3));
        await using var server = await RunningServer.StartAsync(Stop, set: options => options with { Metrics = metrics });
        using var answer = await server.Http.GetAsync(new Uri("/metrics", UriKind.Relative), Stop);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Contains("# HELP holdfast_things_total Things.\n# TYPE holdfast_things_total counter\nholdfast_things_total{kind=\"a \\\"b\\\"\\\\\\n\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("holdfast_thing_seconds_bucket{le=\"0.25\"} 0\nholdfast_thing_seconds_bucket{le=\"0.5\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("holdfast_thing_seconds_bucket{le=\"+Inf\"} 1\nholdfast_thing_seconds_sum 0.3\nholdfast_thing_seconds_count 1\n", text, StringComparison.Ordinal);
        Assert.Contains("holdfast_api_requests_in_flight 1\n", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(
            new Regex(@"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+=""([^""\\]|\\.)*""(,[a-z]+=""([^""\\]|\\.)*"")*\})? [0-9.E+-]+)$"), line));
    }

    [Fact]
    public async Task They_are_for_those_whose_role_has_the_path_and_for_nobody_else()
    {
        await using var server = await RunningServer.StartAsync(Stop);
        await server.Client.CreateAsync(ClusterRoleBinding.Empty with
        {
            Metadata = Objects.Meta("watchers", ""),
            RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "system:monitoring" },
            Subjects = [new Subject { Kind = "User", Name = "prometheus", ApiGroup = "rbac.authorization.k8s.io" }],
        }, Stop);
        Assert.Equal(200, (await server.SendAsync("GET", "/metrics", headers: ("Impersonate-User", "prometheus"))).Code);
        Assert.Equal(403, (await server.SendAsync("GET", "/metrics", headers: ("Impersonate-User", "somebody"))).Code);
        Assert.Equal(405, (await server.SendAsync("POST", "/metrics")).Code);
        using var nobody = RunningServer.ClientOf(server.Host);
        Assert.Equal(401, (int)(await nobody.GetAsync(new Uri("/metrics", UriKind.Relative), Stop)).StatusCode);
    }

    [Fact]
    public void Sets_of_labels_without_bound_are_counted_together()
    {
        var metrics = new MetricRegistry();
        for (var i = 0; i < MetricRegistry.MaximumSeries + 100; i++)
            metrics.Counter("holdfast_things_total", "Things.", ("kind", $"k{i}")).Increment();
        var lines = metrics.ToText().TrimEnd('\n').Split('\n');
        Assert.Equal(MetricRegistry.MaximumSeries + 3, lines.Length);
        Assert.Contains("holdfast_things_total{kind=\"other\"} 100", lines);
    }
}
