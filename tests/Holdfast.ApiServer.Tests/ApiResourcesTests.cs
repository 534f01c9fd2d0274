namespace Holdfast.ApiServer.Tests;

/// <summary>What kubectl says is served: names, short names, groups, scope, kinds, verbs and categories as in Kubernetes 1.36.</summary>
public sealed class ApiResourcesTests
{
    private const string All = "create,delete,deletecollection,get,list,patch,update,watch";

    // name, short names, group and version, whether namespaced, kind, verbs, categories
    private static readonly string[] Upstream =
    [
        "bindings v1 true Binding create",
        "clusterrolebindings rbac.authorization.k8s.io/v1 false ClusterRoleBinding " + All,
        "clusterroles rbac.authorization.k8s.io/v1 false ClusterRole " + All,
        "configmaps cm v1 true ConfigMap " + All,
        "controllerrevisions apps/v1 true ControllerRevision " + All,
        "cronjobs cj batch/v1 true CronJob " + All + " all",
        "customresourcedefinitions crd,crds apiextensions.k8s.io/v1 false CustomResourceDefinition " + All + " api-extensions",
        // Those whose objects nothing here would act on can be read alone.
        "daemonsets ds apps/v1 true DaemonSet get,list,watch all",
        "ingresses ing networking.k8s.io/v1 true Ingress get,list,watch",
        "replicationcontrollers rc v1 true ReplicationController get,list,watch all",
        "deployments deploy apps/v1 true Deployment " + All + " all",
        "endpoints ep v1 true Endpoints " + All,
        "endpointslices discovery.k8s.io/v1 true EndpointSlice " + All,
        "events ev events.k8s.io/v1 true Event " + All,
        "events ev v1 true Event " + All,
        "jobs batch/v1 true Job " + All + " all",
        "leases coordination.k8s.io/v1 true Lease " + All,
        "limitranges limits v1 true LimitRange " + All,
        "localsubjectaccessreviews authorization.k8s.io/v1 true LocalSubjectAccessReview create",
        "mutatingwebhookconfigurations admissionregistration.k8s.io/v1 false MutatingWebhookConfiguration " + All + " api-extensions",
        "namespaces ns v1 false Namespace create,delete,get,list,patch,update,watch",
        "networkpolicies netpol networking.k8s.io/v1 true NetworkPolicy " + All,
        "nodes no v1 false Node " + All,
        "persistentvolumeclaims pvc v1 true PersistentVolumeClaim " + All,
        "persistentvolumes pv v1 false PersistentVolume " + All,
        "poddisruptionbudgets pdb policy/v1 true PodDisruptionBudget " + All,
        "pods po v1 true Pod " + All + " all",
        "podtemplates v1 true PodTemplate " + All,
        "priorityclasses pc scheduling.k8s.io/v1 false PriorityClass " + All,
        "replicasets rs apps/v1 true ReplicaSet " + All + " all",
        "resourcequotas quota v1 true ResourceQuota " + All,
        "rolebindings rbac.authorization.k8s.io/v1 true RoleBinding " + All,
        "roles rbac.authorization.k8s.io/v1 true Role " + All,
        "secrets v1 true Secret " + All,
        "selfsubjectaccessreviews authorization.k8s.io/v1 false SelfSubjectAccessReview create",
        "selfsubjectreviews authentication.k8s.io/v1 false SelfSubjectReview create",
        "selfsubjectrulesreviews authorization.k8s.io/v1 false SelfSubjectRulesReview create",
        "serviceaccounts sa v1 true ServiceAccount " + All,
        "services svc v1 true Service " + All + " all",
        "statefulsets sts apps/v1 true StatefulSet " + All + " all",
        "storageclasses sc storage.k8s.io/v1 false StorageClass " + All,
        "subjectaccessreviews authorization.k8s.io/v1 false SubjectAccessReview create",
        "tokenreviews authentication.k8s.io/v1 false TokenReview create",
        "validatingwebhookconfigurations admissionregistration.k8s.io/v1 false ValidatingWebhookConfiguration " + All + " api-extensions",
        "volumeattachments storage.k8s.io/v1 false VolumeAttachment " + All,
    ];

    [Fact]
    public async Task Each_served_kind_is_named_as_upstream_names_it()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await RunningServer.StartAsync(TestContext.Current.CancellationToken);
        var lines = (await new Kubectl(server).RunAsync("", "api-resources", "--no-headers", "-o", "wide")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.NotEmpty(lines);
        Assert.Empty(lines.Except(Upstream));
        foreach (var name in new[] { "pods", "services", "statefulsets", "deployments", "configmaps", "events", "leases", "storageclasses" })
            Assert.Contains(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal));
    }
}
