using System.Text;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;
using Holdfast.Model.Storage;

namespace Holdfast.Model.Tests.Rules;

/// <summary>What becomes of a Service's addresses and balancer when it changes, and what may be reported of the balancer.</summary>
public sealed class ServiceChangeTests
{
    private const string Ports = """ "ports":[{"port":80}], """;
    private const string Given = """ "clusterIP":"127.9.0.1","clusterIPs":["127.9.0.1"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack" """;

    private static readonly KindRules Rules = KindRulesCatalog.Find(Service.ResourceType)!;

    [Theory]
    [InlineData(Given)]
    [InlineData(""" "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack" """)]
    [InlineData(""" "clusterIP":"127.9.0.1","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack" """)]
    [InlineData(""" "clusterIPs":["127.9.0.1"],"ipFamilyPolicy":"SingleStack" """)]
    public void A_service_that_becomes_a_name_lets_go_of_all_that_it_was_given(string left)
    {
        var (updated, problems) = Update($$"""{"type":"ExternalName","externalName":"a.example.com",{{left}} }""", $$"""{ {{Ports}}{{Given}} }""");
        Assert.Empty(problems);
        Assert.Equal(("", 0, 0, null), (updated.Spec.ClusterIP, updated.Spec.ClusterIPs.Count, updated.Spec.IpFamilies.Count, updated.Spec.IpFamilyPolicy));
    }

    [Fact]
    public void What_a_writer_changes_himself_is_not_dropped_but_refused()
    {
        var (_, problems) = Update("""{"type":"ExternalName","externalName":"a.example.com","ipFamilies":["IPv6"],"ipFamilyPolicy":"PreferDualStack"}""", $$"""{ {{Ports}}{{Given}} }""");
        Assert.Equal(["spec.ipFamilies", "spec.ipFamilyPolicy"], problems.Select(problem => problem[..problem.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Fact]
    public void The_class_and_the_health_check_of_a_balancer_stay()
    {
        const string Local = """ "type":"LoadBalancer","externalTrafficPolicy":"Local", """;
        var (_, problems) = Update(
            $$"""{ {{Local}}{{Ports}}{{Given}},"loadBalancerClass":"example.com/b","healthCheckNodePort":30002}""",
            $$"""{ {{Local}}{{Ports}}{{Given}},"loadBalancerClass":"example.com/a","healthCheckNodePort":30001}""");
        Assert.Equal(["spec.loadBalancerClass: Invalid value: \"example.com/b\": may not change once set", "spec.healthCheckNodePort: Forbidden: field is immutable"], problems);
    }

    [Fact]
    public void A_service_that_has_no_balancer_any_more_reports_none()
    {
        var old = Read("""{"type":"LoadBalancer","ports":[{"port":80}]}""", """{"loadBalancer":{"ingress":[{"hostname":"a.example.com"}]}}""");
        Assert.Equal("a.example.com", ((Service)Rules.PrepareForUpdateAny(old, old)).Status.LoadBalancer.Ingress[0].Hostname);
        var updated = Read("""{"type":"ClusterIP","ports":[{"port":80}]}""", "{}");
        Assert.Empty(((Service)Rules.PrepareForUpdateAny(updated, old)).Status.LoadBalancer.Ingress);
    }

    [Theory]
    [InlineData("LoadBalancer", """{"ip":"10.0.0.3","hostname":"a.example.com"}""")]
    [InlineData("LoadBalancer", """{"ip":"10.0.0.300","hostname":"A B","ipMode":"q"}""", "ip: Invalid", "ipMode: Unsupported value: \"q\": supported values: \"Proxy\", \"VIP\"", "hostname: Invalid")]
    [InlineData("LoadBalancer", """{"hostname":"10.0.0.3","ipMode":"VIP"}""", "ipMode: Forbidden: may not be specified when `ip` is not set", "hostname: Invalid value: \"10.0.0.3\": must be a DNS name, not an IP address")]
    public void What_is_reported_of_a_balancer_is_checked(string type, string ingress, params string[] problems)
    {
        var stored = Read($$"""{"type":"{{type}}","ports":[{"port":80}]}""", "{}");
        var given = (Service)Rules.DefaultAny(Read($$"""{"type":"{{type}}","ports":[{"port":80}]}""", $$$"""{"loadBalancer":{"ingress":[{{{ingress}}}]}}"""));
        var found = Rules.ValidateStatusUpdateAny(given, stored).Select(problem => problem.ToString()).ToList();
        Assert.Equal(problems.Length, found.Count);
        Assert.All(problems.Zip(found), pair => Assert.StartsWith("status.loadBalancer.ingress[0]." + pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_without_a_balancer_cannot_report_one()
    {
        var stored = Read("""{"ports":[{"port":80}]}""", "{}");
        var found = Rules.ValidateStatusUpdateAny(Read("""{"ports":[{"port":80}]}""", """{"loadBalancer":{"ingress":[{"hostname":"a"}]}}"""), stored);
        Assert.Equal(["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"], found.Select(problem => problem.ToString()));
    }

    [Fact]
    public void What_went_wrong_with_an_attachment_is_told_in_bounds()
    {
        var stored = VolumeAttachment.Empty with { Metadata = Holdfast.Model.Meta.ObjectMeta.Empty with { Name = "a", ResourceVersion = "1" } };
        var updated = stored with
        {
            Status = VolumeAttachmentStatus.Empty with
            {
                AttachError = VolumeError.Empty with { Message = new string('x', 1025) },
                AttachmentMetadata = Holdfast.Model.Values.ValueMap.Of(("k", new string('x', 256 * 1024))),
            },
        };
        Assert.Equal(
            ["status.attachmentMetadata: Too long: may not be more than 262144 bytes", "status.attachError.message: Too long: may not be more than 1024 bytes"],
            KindRulesCatalog.Find(VolumeAttachment.ResourceType)!.ValidateStatusUpdateAny(updated, stored).Select(problem => problem.ToString()));
    }

    private static (Service Updated, List<string> Problems) Update(string spec, string stored)
    {
        var old = (Service)Rules.DefaultAny(Read(stored, "{}"));
        var updated = (Service)Rules.PrepareForUpdateAny(Rules.DefaultAny(Read(spec, "{}")), old);
        return (updated, [.. Rules.ValidateUpdateAny(updated, old).Select(problem => problem.ToString())]);
    }

    private static Service Read(string spec, string status) => ModelJson.Read<Service>(Encoding.UTF8.GetBytes(
        $$"""{"metadata":{"name":"a","namespace":"default","resourceVersion":"1"},"spec":{{spec}},"status":{{status}} }"""));
}
