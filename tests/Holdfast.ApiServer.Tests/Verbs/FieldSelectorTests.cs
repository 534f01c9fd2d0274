namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>By which fields each kind can be selected, and what is said of the others.</summary>
public sealed class FieldSelectorTests(SharedServer shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/pods", "metadata.name metadata.namespace spec.nodeName spec.host spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork status.phase status.podIP status.podIPs status.nominatedNodeName")]
    [InlineData("/api/v1/nodes", "metadata.name spec.unschedulable")]
    [InlineData("/api/v1/namespaces", "metadata.name status.phase")]
    [InlineData("/api/v1/secrets", "metadata.name metadata.namespace type")]
    [InlineData("/api/v1/services", "metadata.name metadata.namespace spec.clusterIP spec.type")]
    [InlineData("/api/v1/events", "metadata.name metadata.namespace involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason reportingComponent source type")]
    [InlineData("/apis/events.k8s.io/v1/events", "metadata.name metadata.namespace regarding.kind regarding.namespace regarding.name regarding.uid regarding.apiVersion regarding.resourceVersion regarding.fieldPath reason reportingController type")]
    [InlineData("/apis/apps/v1/replicasets", "metadata.name metadata.namespace status.replicas")]
    [InlineData("/apis/batch/v1/jobs", "metadata.name metadata.namespace status.successful")]
    [InlineData("/apis/batch/v1/cronjobs", "metadata.name metadata.namespace status.successful")]
    [InlineData("/apis/apps/v1/statefulsets", "metadata.name metadata.namespace")]
    [InlineData("/api/v1/persistentvolumeclaims", "metadata.name metadata.namespace")]
    [InlineData("/apis/policy/v1/poddisruptionbudgets", "metadata.name metadata.namespace")]
    public async Task A_kind_can_be_selected_by_its_fields(string path, string fields)
    {
        foreach (var field in fields.Split(' '))
        {
            var (code, body) = await shared.Running.SendAsync("GET", $"{path}?fieldSelector={field}%3Dnone");
            Assert.True(code == 200, $"{field}: {body}");
        }
    }

    [Theory]
    [InlineData("/api/v1/pods", "spec.nope", "field label not supported: spec.nope")]
    [InlineData("/api/v1/pods", "status.hostIP", "field label not supported: status.hostIP")]
    [InlineData("/apis/events.k8s.io/v1/events", "involvedObject.name", "field label not supported: involvedObject.name")]
    [InlineData("/api/v1/events", "regarding.name", "field label not supported: regarding.name")]
    [InlineData("/api/v1/nodes", "metadata.namespace", "field label not supported: metadata.namespace")]
    [InlineData("/api/v1/namespaces", "name", "field label not supported: name")]
    [InlineData("/apis/batch/v1/jobs", "status.active", "field label \"status.active\" not supported for \"Job\"")]
    [InlineData("/apis/apps/v1/statefulsets", "status.replicas", "\"status.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("/api/v1/configmaps", "data.a", "\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    public async Task Other_fields_are_refused_by_name(string path, string field, string message)
    {
        foreach (var query in new[] { "", "&watch=1" })
        {
            var (code, body) = await shared.Running.SendAsync("GET", $"{path}?fieldSelector={field}%3Dx{query}");
            Assert.Equal((400, message), (code, (string)body["message"]!));
        }
    }

    [Fact]
    public async Task Selected_is_by_the_value_that_the_field_has()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        await server.Client.CreateAsync(Objects.Pod("here", "n1"), Token);
        var other = Objects.Pod("other");
        await server.Client.CreateAsync(other with { Spec = other.Spec with { HostNetwork = true, SchedulerName = "mine", RestartPolicy = "Never" } }, Token);
        foreach (var (selector, expected) in new[]
        {
            ("spec.nodeName%3Dn1", "here"), ("spec.host%3Dn1", "here"), ("spec.nodeName%3D", "other"), ("spec.nodeName!%3D", "here"), ("spec.hostNetwork%3Dtrue", "other"),
            ("spec.hostNetwork%3Dfalse", "here"), ("spec.schedulerName%3Dmine", "other"), ("spec.restartPolicy%3DAlways", "here"), ("status.phase%3DPending", "here other"),
            ("spec.serviceAccountName%3Ddefault,spec.nodeName%3D%3Dn1", "here"), ("status.phase!%3DPending", ""), ("status.nominatedNodeName%3D", "here other"),
        })
        {
            var (code, body) = await server.SendAsync("GET", "/api/v1/namespaces/default/pods?fieldSelector=" + selector);
            Assert.Equal((200, expected), (code, string.Join(' ', body["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!))));
        }
    }
}
