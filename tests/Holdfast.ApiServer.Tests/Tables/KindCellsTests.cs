namespace Holdfast.ApiServer.Tests.Tables;

public sealed class KindCellsTests
{
    private const string Meta = "\"metadata\":{\"name\":\"x\",\"creationTimestamp\":\"2026-01-01T12:00:00Z\"}";

    [Theory]
    [InlineData("v1", "Namespace", """ "status":{"phase":"Active"} """, "x | Active | 24h")]
    [InlineData("v1", "Node", """ "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"127.8.0.1"}],"nodeInfo":{"kubeletVersion":"v1.36.0","osImage":"Linux"}} """,
        "x | Ready,SchedulingDisabled | <none> | 24h | v1.36.0 | 127.8.0.1 | <none> | Linux | <unknown> | <unknown>")]
    [InlineData("v1", "Node", """ "status":{"conditions":[{"type":"Ready","status":"Unknown"}]} """, "x | NotReady | <none> | 24h |  | <none> | <none> | <unknown> | <unknown> | <unknown>")]
    [InlineData("v1", "Service", """ "spec":{"type":"ClusterIP","clusterIP":"None","clusterIPs":["None"],"selector":{"app":"web","a":"b"},"ports":[{"port":80,"protocol":"TCP"},{"port":90,"nodePort":30090,"protocol":"UDP"}]} """,
        "x | ClusterIP | None | <none> | 80/TCP,90:30090/UDP | 24h | a=b,app=web")]
    [InlineData("v1", "Service", """ "spec":{"type":"LoadBalancer","clusterIP":"127.96.0.9"} """, "x | LoadBalancer | 127.96.0.9 | <pending> | <none> | 24h | <none>")]
    [InlineData("v1", "Service", """ "spec":{"type":"ExternalName","externalName":"db.example"} """, "x | ExternalName | <none> | db.example | <none> | 24h | <none>")]
    [InlineData("v1", "Endpoints", """ "subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],"ports":[{"port":1},{"port":2}]}] """, "x | 10.0.0.1:1,10.0.0.2:1,10.0.0.1:2 + 1 more... | 24h")]
    [InlineData("v1", "Endpoints", """ "subsets":[] """, "x | <none> | 24h")]
    [InlineData("discovery.k8s.io/v1", "EndpointSlice", """ "addressType":"IPv4","ports":[{"port":80}],"endpoints":[{"addresses":["10.0.0.1"]},{"addresses":["10.0.0.2"]}] """, "x | IPv4 | 80 | 10.0.0.1,10.0.0.2 | 24h")]
    [InlineData("discovery.k8s.io/v1", "EndpointSlice", """ "addressType":"IPv4","endpoints":[] """, "x | IPv4 | <unset> | <unset> | 24h")]
    [InlineData("v1", "ConfigMap", """ "data":{"a":"1"},"binaryData":{"b":"AA=="} """, "x | 2 | 24h")]
    [InlineData("v1", "Secret", """ "type":"Opaque","data":{"a":"AA=="} """, "x | Opaque | 1 | 24h")]
    [InlineData("v1", "ServiceAccount", """ "secrets":[] """, "x | 0 | 24h")]
    [InlineData("v1", "Event", """ "involvedObject":{"kind":"Pod","name":"web-0","fieldPath":"spec.containers{c}"},"type":"Warning","reason":"BackOff","message":" Waiting.\n","source":{"component":"node-agent","host":"n1"},"firstTimestamp":"2026-01-02T11:00:00Z","lastTimestamp":"2026-01-02T11:59:50Z","count":7 """,
        "10s | Warning | BackOff | pod/web-0 | spec.containers{c} | node-agent, n1 | Waiting. | 60m | 7 | x")]
    [InlineData("v1", "Event", """ "involvedObject":{"kind":"Pod"},"eventTime":"2026-01-02T11:59:00.000000Z","reportingComponent":"scheduler" """,
        "60s |  |  | pod |  | scheduler |  | 60s | 1 | x")]
    [InlineData("events.k8s.io/v1", "Event", """ "regarding":{"kind":"StatefulSet","name":"web"},"type":"Normal","reason":"Made","note":"Made it.","eventTime":"2026-01-02T11:59:00.000000Z","series":{"count":3,"lastObservedTime":"2026-01-02T11:59:58.000000Z"},"reportingController":"sts" """,
        "2s | Normal | Made | statefulset/web |  | sts | Made it. | 60s | 3 | x")]
    [InlineData("v1", "PersistentVolumeClaim", """ "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"volumeMode":"Filesystem"},"status":{"phase":"Pending"} """,
        "x | Pending |  |  |  |  | <unset> | 24h | Filesystem")]
    [InlineData("v1", "PersistentVolumeClaim", """ "spec":{"storageClassName":"fast","volumeName":"pv-1"},"status":{"phase":"Bound","capacity":{"storage":"2Gi"},"accessModes":["ReadWriteMany","ReadWriteOnce"]} """,
        "x | Bound | pv-1 | 2Gi | RWO,RWX | fast | <unset> | 24h | <unset>")]
    [InlineData("v1", "PersistentVolume", """ "spec":{"capacity":{"storage":"2Gi"},"accessModes":["ReadWriteOncePod"],"persistentVolumeReclaimPolicy":"Retain","claimRef":{"namespace":"n","name":"c"},"storageClassName":"fast","volumeMode":"Block"},"status":{"phase":"Released"} """,
        "x | 2Gi | RWOP | Retain | Released | n/c | fast | <unset> |  | 24h | Block")]
    [InlineData("storage.k8s.io/v1", "StorageClass", """ "provisioner":"holdfast.dev/directory","allowVolumeExpansion":true """, "x | holdfast.dev/directory | Delete | Immediate | true | 24h")]
    [InlineData("storage.k8s.io/v1", "VolumeAttachment", """ "spec":{"attacher":"a","nodeName":"n","source":{"persistentVolumeName":"v"}},"status":{"attached":true} """, "x | a | v | n | true | 24h")]
    [InlineData("apps/v1", "StatefulSet", """ "spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"a","image":"i:1"},{"name":"b","image":"j:1"}]}}},"status":{"readyReplicas":2} """, "x | 2/3 | 24h | a,b | i:1,j:1")]
    [InlineData("apps/v1", "ControllerRevision", """ "revision":4 """, "x | <none> | 4 | 24h")]
    [InlineData("apps/v1", "Deployment", """ "spec":{"replicas":2,"selector":{"matchLabels":{"a":"b"}},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1} """, "x | 1/2 | 2 | 1 | 24h | c | i | a=b")]
    [InlineData("apps/v1", "ReplicaSet", """ "spec":{"replicas":2,"selector":{"matchExpressions":[{"key":"t","operator":"In","values":["b","a"]}]}},"status":{"replicas":2} """, "x | 2 | 2 | 0 | 24h |  |  | t in (a,b)")]
    [InlineData("apps/v1", "DaemonSet", """ "status":{"desiredNumberScheduled":3,"currentNumberScheduled":2,"numberReady":1} """, "x | 3 | 2 | 1 | 0 | 0 | <none> | 24h |  |  | <none>")]
    [InlineData("batch/v1", "Job", """ "spec":{"completions":3},"status":{"succeeded":1,"startTime":"2026-01-02T11:58:00Z"} """, "x | Running | 1/3 | 2m | 24h |  |  | <none>")]
    [InlineData("batch/v1", "Job", """ "spec":{"parallelism":4},"status":{"conditions":[{"type":"Complete","status":"True"}],"startTime":"2026-01-02T11:58:00Z","completionTime":"2026-01-02T11:58:09Z"} """, "x | Complete | 0/1 of 4 | 9s | 24h |  |  | <none>")]
    [InlineData("batch/v1", "CronJob", """ "spec":{"schedule":"0 * * * *","suspend":false} """, "x | 0 * * * * | <none> | False | 0 | <none> | 24h |  |  | <none>")]
    [InlineData("policy/v1", "PodDisruptionBudget", """ "spec":{"minAvailable":"50%"},"status":{"disruptionsAllowed":2} """, "x | 50% | N/A | 2 | 24h")]
    [InlineData("coordination.k8s.io/v1", "Lease", """ "spec":{"holderIdentity":"n1"} """, "x | n1 | 24h")]
    [InlineData("scheduling.k8s.io/v1", "PriorityClass", """ "value":1000,"preemptionPolicy":"Never" """, "x | 1000 | false | 24h | Never")]
    [InlineData("rbac.authorization.k8s.io/v1", "RoleBinding", """ "roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","namespace":"n","name":"s"},{"kind":"User","name":"v"}] """, "x | Role/r | 24h | u, v |  | n/s")]
    [InlineData("rbac.authorization.k8s.io/v1", "Role", """ "rules":[] """, "x | 2026-01-01T12:00:00Z")]
    [InlineData("networking.k8s.io/v1", "NetworkPolicy", """ "spec":{"podSelector":{}} """, "x | <none> | 24h")]
    [InlineData("v1", "ResourceQuota", """ "status":{"hard":{"requests.cpu":"2","limits.cpu":"4","pods":"10"},"used":{"pods":"3"}} """, "x | pods: 3/10, requests.cpu: 0/2 | limits.cpu: 0/4 | 24h")]
    [InlineData("v1", "LimitRange", """ "spec":{} """, "x | 2026-01-01T12:00:00Z")]
    public void An_object_prints_as_kubernetes_prints_it(string apiVersion, string kind, string body, string cells) =>
        Assert.Equal(cells, PrintedTable.Cells($$"""{"apiVersion":"{{apiVersion}}","kind":"{{kind}}",{{Meta}},{{body}}}"""));

    [Fact]
    public void A_nodes_roles_are_told_from_its_labels() => Assert.StartsWith("x | Unknown | control-plane,worker | <unknown> |", PrintedTable.Cells(
        """{"apiVersion":"v1","kind":"Node","metadata":{"name":"x","labels":{"node-role.kubernetes.io/control-plane":"","kubernetes.io/role":"worker"}}}"""),
        StringComparison.Ordinal);

    [Fact]
    public void The_default_storage_class_says_so() => Assert.StartsWith("x (default) |", PrintedTable.Cells(
        """{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"x","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}}"""),
        StringComparison.Ordinal);
}
