using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>Requests that are right: what mutation begins from.</summary>
internal static class ValidRequests
{
    private const string Meta = """ "metadata":{"name":"fuzz","labels":{"fuzz":"1"},"annotations":{"a":"b"}} """;
    private const string Template = """
        "template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"example/x:1","env":[{"name":"A","value":"1"}],
        "ports":[{"containerPort":80,"name":"web"}],"resources":{"requests":{"cpu":"100m","memory":"1Gi"}},
        "readinessProbe":{"httpGet":{"path":"/","port":"web"}},"volumeMounts":[{"name":"v","mountPath":"/v"}]}],@SELECTING@,
        "volumes":[{"name":"v","emptyDir":{}},{"name":"e","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"selector":@SELECTOR@}}}},
        {"name":"p","projected":{"sources":[{"clusterTrustBundle":{"signerName":"example.com/x","path":"p","labelSelector":@SELECTOR@}}]}}]}}
        """;

    private const string Selector = """{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"c","operator":"NotIn","values":["d","e"]}]}""";

    // Every selector that the spec of a pod can have besides those of its volumes.
    private const string Selecting = """
        "affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[@TERM@],"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":@TERM@}]},
        "podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[@TERM@],"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":@TERM@}]}},
        "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":@SELECTOR@}]
        """;

    private const string Term = """{"topologyKey":"zone","labelSelector":@SELECTOR@,"namespaceSelector":@SELECTOR@}""";

    private const string Hooks = """ "webhooks":[{"name":"a.example.com","clientConfig":{"url":"https://127.0.0.1:1/"},"sideEffects":"None","admissionReviewVersions":["v1"],"failurePolicy":"Ignore","rules":[{"apiGroups":["none.example.com"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nothings"]}],"namespaceSelector":@SELECTOR@,"objectSelector":@SELECTOR@}] """;

    private static readonly (string Group, string Kind, string Plural, bool IsNamespaced, string Fields)[] Kinds =
    [
        ("v1", "ConfigMap", "configmaps", true, """ "data":{"k":"v"},"binaryData":{"b":"AAEC"} """),
        ("v1", "Secret", "secrets", true, """ "type":"Opaque","data":{"k":"AAEC"},"stringData":{"s":"t"} """),
        ("v1", "Pod", "pods", true, Template.Replace("\"template\":{\"metadata\":{\"labels\":{\"app\":\"x\"}},", "", StringComparison.Ordinal)[..^1]),
        ("v1", "Service", "services", true, """ "spec":{"selector":{"app":"x"},"ports":[{"name":"a","port":80,"targetPort":"web"},{"name":"b","port":81}]} """),
        ("v1", "ServiceAccount", "serviceaccounts", true, """ "automountServiceAccountToken":false """),
        ("v1", "PersistentVolumeClaim", "persistentvolumeclaims", true, """ "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"storageClassName":"fast","selector":@SELECTOR@} """),
        ("v1", "PersistentVolume", "persistentvolumes", false, """ "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/tmp/x"},"persistentVolumeReclaimPolicy":"Retain"} """),
        ("v1", "Namespace", "namespaces", false, """ "spec":{} """),
        ("v1", "Node", "nodes", false, """ "spec":{"unschedulable":true,"taints":[{"key":"a","effect":"NoSchedule"}]} """),
        ("v1", "Event", "events", true, """ "involvedObject":{"kind":"Pod","name":"p","namespace":"fuzz"},"reason":"R","message":"m","type":"Normal","count":1 """),
        ("apps/v1", "StatefulSet", "statefulsets", true, """ "spec":{"serviceName":"s","replicas":2,"selector":{"matchLabels":{"app":"x"}},"updateStrategy":{"rollingUpdate":{"partition":1}},@TEMPLATE@,"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"selector":@SELECTOR@,"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]} """),
        ("apps/v1", "Deployment", "deployments", true, """ "spec":{"replicas":2,"selector":{"matchLabels":{"app":"x"}},"strategy":{"rollingUpdate":{"maxSurge":"25%"}},@TEMPLATE@ } """),
        ("apps/v1", "ReplicaSet", "replicasets", true, """ "spec":{"replicas":2,"selector":{"matchLabels":{"app":"x"}},@TEMPLATE@ } """),
        ("batch/v1", "Job", "jobs", true, """ "spec":{"completions":2,"manualSelector":true,"selector":{"matchLabels":{"app":"x"}},@ONCE@ } """),
        ("batch/v1", "CronJob", "cronjobs", true, """ "spec":{"schedule":"0 0 1 1 *","jobTemplate":{"spec":{@ONCE@ }}} """),
        ("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", true, """ "spec":{"maxUnavailable":"50%","selector":{"matchExpressions":[{"key":"app","operator":"In","values":["x"]}]}} """),
        ("rbac.authorization.k8s.io/v1", "Role", "roles", true, """ "rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}] """),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false, """ "aggregationRule":{"clusterRoleSelectors":[@SELECTOR@,{"matchLabels":{"fuzz":"1"}}]},"rules":[{"nonResourceURLs":["/x"],"verbs":["get"]}] """),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true, """ "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"bob","apiGroup":"rbac.authorization.k8s.io"}] """),
        ("storage.k8s.io/v1", "StorageClass", "storageclasses", false, """ "provisioner":"example.com/x","allowVolumeExpansion":true,"parameters":{"a":"b"} """),
        ("coordination.k8s.io/v1", "Lease", "leases", true, """ "spec":{"holderIdentity":"me","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z"} """),
        ("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", false, """ "value":1000 """),
        ("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true, """ "addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true}}],"ports":[{"name":"","port":80,"protocol":"TCP"}] """),
        ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true, """ "spec":{"podSelector":@SELECTOR@,"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"}},{"podSelector":@SELECTOR@,"namespaceSelector":@SELECTOR@}]}],"egress":[{"to":[{"podSelector":@SELECTOR@,"namespaceSelector":@SELECTOR@}]}]} """),
    ];

    /// <summary>What makes the namespace and the objects that the other requests are about.</summary>
    public static ImmutableArray<FuzzRequest> Beginning { get; } =
    [
        Post("/api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"fuzz"}}"""),
        Post("/api/v1/namespaces/fuzz/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}"""),
        .. Kinds.Where(kind => kind.Kind != "Namespace").Select(kind => Post(Collection(kind.Group, kind.Plural, kind.IsNamespaced), Object(kind.Group, kind.Kind, kind.Fields))),
    ];

    /// <summary>All.</summary>
    public static ImmutableArray<FuzzRequest> All { get; } = [.. Kinds.SelectMany(Of), .. Others()];

    private static IEnumerable<FuzzRequest> Of((string Group, string Kind, string Plural, bool IsNamespaced, string Fields) kind)
    {
        var path = Collection(kind.Group, kind.Plural, kind.IsNamespaced);
        var body = Object(kind.Group, kind.Kind, kind.Fields);
        var merge = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["x"] = "y" } } }.ToJsonString();
        yield return Post(path, body);
        yield return Post(path, body.Replace("\"name\":\"fuzz\"", "\"generateName\":\"fuzz-\"", StringComparison.Ordinal)) with { Query = [("dryRun", "All"), ("fieldValidation", "Strict")] };
        yield return Post(path, body).With("Content-Type", "application/yaml");
        yield return Get(path) with { Query = [("limit", "2"), ("labelSelector", "fuzz%3D1%2Cx!%3Dy")] };
        yield return Get(path) with { Query = [("watch", "true"), ("timeoutSeconds", "1"), ("allowWatchBookmarks", "true"), ("sendInitialEvents", "true"), ("resourceVersionMatch", "NotOlderThan")] };
        yield return Get(path).With("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        yield return Get(path + "/fuzz").With("Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
        yield return Get(path + "/fuzz/status");
        yield return new("PUT", path + "/fuzz", Bytes(body)) { Headers = [Json], Query = [("fieldManager", "me")] };
        yield return new("PUT", path + "/fuzz/status", Bytes(body)) { Headers = [Json] };
        yield return Patch(path + "/fuzz", "merge-patch+json", merge);
        yield return Patch(path + "/fuzz", "strategic-merge-patch+json", body);
        yield return Patch(path + "/fuzz", "json-patch+json", """[{"op":"test","path":"/metadata/name","value":"fuzz"},{"op":"add","path":"/metadata/labels/z","value":"1"},{"op":"copy","from":"/metadata/labels","path":"/metadata/annotations"},{"op":"remove","path":"/metadata/labels/z"}]""");
        yield return Patch(path + "/fuzz", "apply-patch+yaml", body) with { Query = [("fieldManager", "applier"), ("force", "true")] };
        yield return new("DELETE", path + "/fuzz", Bytes("""{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"propagationPolicy":"Foreground","preconditions":{"uid":"x"}}""")) { Headers = [Json] };
        yield return new("DELETE", path, []) { Query = [("labelSelector", "none%3Done"), ("propagationPolicy", "Orphan")] };
    }

    private static IEnumerable<FuzzRequest> Others()
    {
        // Never stored: what they have become would be asked about every other write.
        foreach (var (kind, plural) in new[] { ("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"), ("ValidatingWebhookConfiguration", "validatingwebhookconfigurations") })
        {
            yield return Post("/apis/admissionregistration.k8s.io/v1/" + plural, Object("admissionregistration.k8s.io/v1", kind, Hooks)) with { Query = [("dryRun", "All")] };
        }
        const string Pods = "/api/v1/namespaces/fuzz/pods";
        yield return Post(Pods + "/fuzz/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"fuzz"},"deleteOptions":{"dryRun":["All"]}}""");
        yield return Post(Pods + "/fuzz/binding", """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"fuzz"},"target":{"kind":"Node","name":"n"}}""") with { Query = [("dryRun", "All")] };
        yield return Patch(Pods + "/fuzz/ephemeralcontainers", "strategic-merge-patch+json", """{"spec":{"ephemeralContainers":[{"name":"d","image":"x","targetContainerName":"c"}]}}""") with { Query = [("dryRun", "All")] };
        yield return Get("/openapi/v3/api/v1").With("Accept", "application/com.github.proto-openapi.spec.v3.v1.0+protobuf;q=0.5,application/json;q=0.1");
        yield return Get("/version").With("Impersonate-User", "bob").With("Impersonate-Extra-a%2Fb", "c");
        yield return Get(Pods + "/fuzz/log") with { Query = [("container", "c"), ("tailLines", "3"), ("sinceSeconds", "5")] };
        yield return Get(Pods) with { Query = [("fieldSelector", "spec.nodeName%3Dn,status.phase!%3DRunning,metadata.name%3Dfuzz")] };
        yield return Post("/api/v1/namespaces/fuzz/serviceaccounts/fuzz/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["a"],"expirationSeconds":600}}""");
        foreach (var set in new[] { "statefulsets", "deployments", "replicasets" })
        {
            yield return Get($"/apis/apps/v1/namespaces/fuzz/{set}/fuzz/scale");
            var scale = Bytes("""{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"fuzz","namespace":"fuzz"},"spec":{"replicas":3}}""");
            yield return new("PUT", $"/apis/apps/v1/namespaces/fuzz/{set}/fuzz/scale", scale) { Headers = [Json] };
            yield return Patch($"/apis/apps/v1/namespaces/fuzz/{set}/fuzz/scale", "merge-patch+json", """{"spec":{"replicas":1}}""");
        }
        yield return Post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"create","resource":"pods"}}}""");
        yield return Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", """{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"user":"bob","groups":["x"],"nonResourceAttributes":{"verb":"get","path":"/x"}}}""");
        yield return Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", """{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{"requirements":[{"key":"spec.nodeName","operator":"In","values":["n"]}]},"labelSelector":{"rawSelector":"a in (b)"}}}}""");
        yield return Post("/api/v1/namespaces/fuzz/bindings", """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"fuzz"},"target":{"kind":"Node","name":"n"}}""") with { Query = [("dryRun", "All")] };
        yield return Post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectRulesReview","spec":{"namespace":"fuzz"}}""");
        yield return Post("/apis/authentication.k8s.io/v1/tokenreviews", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"a.b.c"}}""");
        yield return Post("/api/v1/namespaces/fuzz/configmaps", "") with
        {
            Body = Convert.FromBase64String("azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhwKEgoCdjkSABoAIgAqADIAOABCABIGCgFhEgFiGgAiAA=="),
            Headers = [("Content-Type", "application/vnd.kubernetes.protobuf")],
        };
        foreach (var path in new[] { "/api", "/apis", "/api/v1", "/apis/apps", "/apis/apps/v1", "/openapi/v2", "/openapi/v3", "/openapi/v3/api/v1", "/version", "/readyz", "/", "/openid/v1/jwks", "/api/v1/watch/pods" })
            yield return Get(path);
        yield return Get("/apis").With("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");
    }

    private static (string, string) Json => ("Content-Type", "application/json");

    private static FuzzRequest Get(string path) => new("GET", path, []);

    private static FuzzRequest Post(string path, string body) => new("POST", path, Bytes(body)) { Headers = [Json] };

    private static FuzzRequest Patch(string path, string form, string body) => new("PATCH", path, Bytes(body)) { Headers = [("Content-Type", "application/" + form)] };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Object(string group, string kind, string rest)
    {
        var once = Template.Replace("\"spec\":{\"containers\"", "\"spec\":{\"restartPolicy\":\"Never\",\"containers\"", StringComparison.Ordinal);
        rest = rest.Replace("@TEMPLATE@", Template, StringComparison.Ordinal).Replace("@ONCE@", once, StringComparison.Ordinal)
            .Replace("@SELECTING@", Selecting, StringComparison.Ordinal).Replace("@TERM@", Term, StringComparison.Ordinal).Replace("@SELECTOR@", Selector, StringComparison.Ordinal);
        return JsonNode.Parse($$"""{"apiVersion":"{{group}}","kind":"{{kind}}",{{Meta}},{{rest}} }""")!.ToJsonString();
    }

    private static string Collection(string group, string plural, bool isNamespaced) =>
        (group == "v1" ? "/api/v1" : "/apis/" + group) + (isNamespaced ? "/namespaces/fuzz/" : "/") + plural;
}
