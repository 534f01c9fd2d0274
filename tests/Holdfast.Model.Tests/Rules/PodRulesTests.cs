using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Tests.Rules;

/// <summary>The rules of pods, each seen from its outside: JSON in, problems out.</summary>
public sealed class PodRulesTests
{
    private static readonly KindRules Rules = KindRulesCatalog.Find(Pod.ResourceType)!;

    [Theory]
    [InlineData("""{"containers":[]}""", "spec.containers: Required value")]
    [InlineData("""{"containers":[{"name":"c"}]}""", "spec.containers[0].image: Required value")]
    [InlineData("""{"containers":[{"name":"c","image":" x"}]}""", "spec.containers[0].image: Invalid value: \" x\": must not have leading or trailing whitespace")]
    [InlineData("""{"containers":[{"name":"c","image":"x"},{"name":"c","image":"x"}]}""", "spec.containers[1].name: Duplicate value: \"c\"")]
    [InlineData("""{"containers":[{"name":"c","image":"x","imagePullPolicy":"Once"}]}""", "spec.containers[0].imagePullPolicy: Unsupported value: \"Once\": supported values: \"Always\", \"IfNotPresent\", \"Never\"")]
    [InlineData("""{"containers":[{"name":"c","image":"x","ports":[{"containerPort":0}]}]}""", "spec.containers[0].ports[0].containerPort: Required value")]
    [InlineData("""{"containers":[{"name":"c","image":"x","ports":[{"containerPort":80,"name":"much-too-long-a-name"}]}]}""", "spec.containers[0].ports[0].name: Invalid value: \"much-too-long-a-name\": must be no more than 15 characters")]
    [InlineData("""{"containers":[{"name":"c","image":"x","env":[{"name":"A=B"}]}]}""", "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must consist only of printable ASCII characters other than '='")]
    [InlineData("""{"containers":[{"name":"c","image":"x","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"status.phase"}}}]}]}""", "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: \"status.phase\": supported values: \"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", \"status.podIP\", \"status.podIPs\"")]
    [InlineData("""{"containers":[{"name":"c","image":"x","volumeMounts":[{"name":"v","mountPath":"/a"},{"name":"v","mountPath":"/a"}]}],"volumes":[{"name":"v"}]}""", "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique")]
    [InlineData("""{"containers":[{"name":"c","image":"x","volumeMounts":[{"name":"v","mountPath":"/a","subPath":"../b"}]}],"volumes":[{"name":"v"}]}""", "spec.containers[0].volumeMounts.subPath: Invalid value: \"../b\": must not contain '..'")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"volumes":[{"name":"v","emptyDir":{},"configMap":{"name":"m"}}]}""", "spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"volumes":[{"name":"v"},{"name":"v"}]}""", "spec.volumes[1].name: Duplicate value: \"v\"")]
    [InlineData("""{"containers":[{"name":"c","image":"x","livenessProbe":{}}]}""", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [InlineData("""{"containers":[{"name":"c","image":"x","livenessProbe":{"successThreshold":2,"exec":{"command":["a"]}}}]}""", "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1")]
    [InlineData("""{"containers":[{"name":"c","image":"x","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}""", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("""{"containers":[{"name":"c","image":"x","resources":{"requests":{"memory":"-1"}}}]}""", "spec.containers[0].resources.requests[memory]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"initContainers":[{"name":"i","image":"x","readinessProbe":{"tcpSocket":{"port":1}}}]}""", "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"dnsPolicy":"None"}""", "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"tolerations":[{"operator":"Equal"}]}""", "spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"topologySpreadConstraints":[{"maxSkew":0,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}]}""", "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone"}],"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":101,"podAffinityTerm":{"topologyKey":"zone"}}]}}}""", "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"securityContext":{"runAsUser":-1}}""", "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 4294967295, inclusive")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"securityContext":{"sysctls":[{"name":"kernel/shm_rmid_forced","value":"1"},{"name":"-x","value":"1"}]}}""", "spec.securityContext.sysctls[1].name: Invalid value: \"-x\": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"securityContext":{"sysctls":[{"name":"a.b","value":"1"},{"name":"a.b","value":"1"}]}}""", "spec.securityContext.sysctls[1].name: Duplicate value: \"a.b\"")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"hostNetwork":true,"securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"1"}]}}""", "spec.securityContext.sysctls[0].name: Invalid value: \"net.core.somaxconn\": may not be specified when 'hostNetwork' is true")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"hostIPC":true,"securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"}]}}""", "spec.securityContext.sysctls[0].name: Invalid value: \"kernel.msgmax\": may not be specified when 'hostIPC' is true")]
    [InlineData("""{"containers":[{"name":"c","image":"x"}],"activeDeadlineSeconds":0}""", "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive")]
    [InlineData("""{"containers":[{"name":"c","image":"x","ports":[{"containerPort":80,"hostPort":1}]}],"hostNetwork":true}""", "spec.containers[0].ports[0].hostPort: Invalid value: 1: must match `containerPort` when `hostNetwork` is true")]
    public void A_bad_pod_is_refused_with_exactly_its_problem(string spec, string problem) =>
        Assert.Equal([problem], Problems(spec));

    [Fact]
    public void All_problems_are_told_at_once_in_the_order_of_the_object() => Assert.Equal(
        [
            "spec.volumes[0].name: Required value",
            "spec.containers[0].image: Required value",
            "spec.containers[0].volumeMounts[0].name: Not found: \"none\"",
            "spec.restartPolicy: Unsupported value: \"Maybe\": supported values: \"Always\", \"OnFailure\", \"Never\"",
        ],
        Problems("""{"restartPolicy":"Maybe","volumes":[{}],"containers":[{"name":"c","volumeMounts":[{"name":"none","mountPath":"/a"}]}]}"""));

    [Theory]
    [InlineData("BestEffort", "{}")]
    [InlineData("Burstable", """{"requests":{"cpu":"1"}}""")]
    [InlineData("Burstable", """{"limits":{"cpu":"1"}}""")]
    [InlineData("Guaranteed", """{"limits":{"cpu":"1","memory":"1Gi"}}""")]
    [InlineData("Burstable", """{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}""")]
    public void The_quality_of_service_follows_from_requests_and_limits(string expected, string resources) => Assert.Equal(
        expected,
        ((Pod)Rules.PrepareForCreateAny(PodOf($$"""{"containers":[{"name":"c","image":"x","resources":{{resources}}}]}"""))).Status.QosClass);

    [Fact]
    public void A_pod_keeps_its_containers_and_may_change_its_images()
    {
        var old = Stored("""{"containers":[{"name":"c","image":"x:1"}]}""");
        Assert.Empty(Rules.ValidateUpdateAny(Stored("""{"containers":[{"name":"c","image":"x:2"}]}"""), old));
        Assert.Equal(
            "spec.containers: Forbidden: pod updates may not add or remove containers",
            Assert.Single(Rules.ValidateUpdateAny(Stored("""{"containers":[{"name":"c","image":"x:1"},{"name":"d","image":"x:1"}]}"""), old)).ToString());
    }

    [Fact]
    public void An_ended_container_that_is_never_restarted_stays_ended()
    {
        var spec = """{"restartPolicy":"Never","containers":[{"name":"c","image":"x"}]}""";
        var ended = Stored(spec) with { Status = ModelJson.Read<PodStatus>("""{"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0}}}]}""") };
        var risen = ended with { Status = ModelJson.Read<PodStatus>("""{"containerStatuses":[{"name":"c","state":{"running":{}}}]}""") };
        Assert.Equal(
            "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
            Assert.Single(Rules.ValidateStatusUpdateAny(risen, ended)).ToString());
        Assert.Empty(Rules.ValidateStatusUpdateAny(ended, risen));
    }

    [Fact]
    public void A_variable_that_hides_another_one_and_a_port_that_is_there_twice_are_warned_of()
    {
        var pod = PodOf("""{"containers":[{"name":"c","image":"x","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}],"ports":[{"containerPort":80},{"containerPort":80,"name":"b"}]}]}""");
        Assert.Equal(
            [
                "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply",
                "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
            ],
            Rules.WarningsAny(pod, null));
    }

    private static IEnumerable<string> Problems(string spec) => Rules.ValidateAny(PodOf(spec)).Select(error => error.ToString());

    private static Pod Stored(string spec) => (Pod)Rules.PrepareForCreateAny(PodOf(spec));

    private static Pod PodOf(string spec) => (Pod)Rules.DefaultAny(
        ModelJson.Read<Pod>($$"""{"metadata":{"name":"p","namespace":"ns","resourceVersion":"1"},"spec":{{spec}}}"""));
}
