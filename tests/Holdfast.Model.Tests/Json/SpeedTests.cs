using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;

namespace Holdfast.Model.Tests.Json;

public sealed class SpeedTests
{
    private const string Pod = """
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"ledger-store-0","generateName":"ledger-store-","namespace":"default","uid":"3f1c9d2e-7c52-4f0e-9a55-0d8b6f0b8c11","resourceVersion":"4711","generation":2,"creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app.kubernetes.io/name":"ledger-store","apps.kubernetes.io/pod-index":"0","controller-revision-hash":"ledger-store-6f9c8d7b5","statefulset.kubernetes.io/pod-name":"ledger-store-0"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"ledger-store","uid":"9b1c9d2e-7c52-4f0e-9a55-0d8b6f0b8c11","controller":true,"blockOwnerDeletion":true}]},"spec":{"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data-ledger-store-0"}}],"containers":[{"name":"app","image":"example/ledger-store:2.8.1","ports":[{"name":"client","containerPort":8080,"protocol":"TCP"}],"resources":{"requests":{"cpu":"250m","memory":"512Mi"}},"volumeMounts":[{"name":"data","mountPath":"/var/lib/ledger-store"}],"livenessProbe":{"httpGet":{"path":"/live","port":"client","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":6},"readinessProbe":{"httpGet":{"path":"/ready","port":"client","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":5,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":120,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","serviceAccount":"default","nodeName":"node-1","securityContext":{"runAsUser":10001,"runAsGroup":10001,"runAsNonRoot":true,"fsGroup":10001},"hostname":"ledger-store-0","subdomain":"ledger-store","schedulerName":"default-scheduler","priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:10Z"}],"hostIP":"10.0.0.1","podIP":"127.1.2.3","startTime":"2026-01-01T00:00:01Z","qosClass":"Burstable"}}
        """;

    // Far above what it takes, so that a busy machine does not fail it and something quadratic does.
    private static readonly TimeSpan Ceiling = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_pod_is_read_and_written_in_microseconds()
    {
        var json = Encoding.UTF8.GetBytes(Pod);
        var pod = ModelJson.Read<Core.Pod>(json);
        var buffer = new ArrayBufferWriter<byte>(8192);
        var reading = Best(() => _ = ModelJson.Read<Core.Pod>(json));
        var writing = Best(() =>
        {
            buffer.ResetWrittenCount();
            using var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions);
            pod.Write(writer);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{json.Length} bytes: read {reading.TotalMicroseconds:0.0} µs, written {writing.TotalMicroseconds:0.0} µs");
        Assert.True(reading < Ceiling, $"reading took {reading.TotalMicroseconds} µs");
        Assert.True(writing < Ceiling, $"writing took {writing.TotalMicroseconds} µs");
    }

    // The best of many rounds is what the code takes when nothing else runs.
    private static TimeSpan Best(Action action)
    {
        const int PerRound = 200;
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 40; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < PerRound; i++)
            {
                action();
            }
            var taken = Stopwatch.GetElapsedTime(started) / PerRound;
            best = taken < best ? taken : best;
        }
        return best;
    }
}
