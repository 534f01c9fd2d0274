using Holdfast.Model.Json;

namespace Holdfast.Steward.Tests.Definition;

/// <summary>Stewards to test with.</summary>
internal static class Samples
{
    /// <summary>One in which every field has a value that may be.</summary>
    public static StewardResource Everything() => ModelJson.Read<StewardResource>("""
        {"metadata": {"name": "web", "namespace": "default"},
         "spec": {
          "targetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web"}, "replicas": 5,
          "member": {"preset": "etcd", "container": "main", "port": "client", "scheme": "https", "joins": "BeforeStart",
           "tls": {"secretName": "certs", "serverName": "etcd"},
           "observe": {"period": "500ms", "timeout": "1s", "maximumAge": "5s", "calls": [
             {"httpGet": {"path": "/status", "port": 8080, "scheme": "http", "headers": [{"name": "A", "value": "b"}]}, "to": "Target", "timeout": "1s",
              "expectStatus": [200, 503], "fields": {"term": "response.json.term"}}]},
           "joinLearner": {"httpPost": {"path": "/members", "body": "{}", "contentType": "application/json"}, "to": "Leader"},
           "joinVoter": {"httpPost": {"path": "/members"}}, "promote": {"httpPost": {"path": "/promote"}}, "remove": {"httpPost": {"path": "/remove"}},
           "transferLeadership": {"httpPost": {"path": "/transfer?to=$(candidate.name)"}},
           "drain": {"exec": {"command": ["/bin/drain"], "container": "main", "stdin": "now"}}},
          "quorum": {"rule": "Majority", "maximumLag": 10, "spread": "Require"},
          "rollout": {"order": "LeaderLast", "canary": 0, "onFailure": "Pause", "paused": true, "soak": "1m", "stepDeadline": "5m", "progressDeadline": "2h",
           "request": {"id": "1", "action": "Retry", "override": "it reads them"}, "preflight": {"maximumVersionSkew": "Minor", "backupWithin": "1h"},
           "gates": [{"name": "p99", "prometheus": {"url": "http://p:9090", "query": "x"}, "atMost": 0.5, "for": "1m", "timeout": "5s"},
                     {"name": "errors", "httpGet": {"url": "http://e/", "value": "response.json.rate"}, "atMost": 1, "timeout": "10s"},
                     {"name": "disk", "member": {"field": "diskFreeBytes"}, "atLeast": 1000, "timeout": "10s"}]},
          "backup": {"lastAt": {"prometheus": {"url": "http://p:9090", "query": "x"}, "timeout": "5s"}},
          "scaling": {"backupWithin": "2h", "removeFirst": ["web-0"], "join": "Voter", "claims": "Snapshot", "snapshotClass": "fast", "stepDeadline": "10m"},
          "routing": {"leaderService": "web-leader", "followerService": "web-followers"},
          "disruption": {"managedBudget": false, "switchoverDeadline": "10s", "evictionDeadline": "1m"} },
         "status": {
          "observedGeneration": 2, "replicas": 3, "selector": "app=web", "leader": "web-0", "term": 4, "clusterId": "c1", "summary": "updating web-2", "lastBackupAt": "2026-01-01T00:00:00Z",
          "conditions": [{"type": "Ready", "status": "True", "reason": "AllWell", "message": "3 of 3", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
          "members": [{"name": "web-0", "ordinal": 0, "podUid": "u", "memberId": "1", "role": "leader", "isVoter": true, "isHealthy": "True", "appliedIndex": 9,
            "lag": 0, "version": "1.0", "dataFormat": "8", "node": "n", "zone": "a", "claim": "data-web-0", "revision": "r", "observedAt": "2026-01-01T00:00:00Z", "problem": "none"}],
          "quorum": {"voters": 3, "needed": 2, "healthy": 3, "margin": 1, "text": "3/3"},
          "operation": {"id": "o", "kind": "Update", "member": "web-2", "podUid": "u", "phase": "Replacing", "phaseSince": "2026-01-01T00:00:00Z", "attempts": 1, "memberId": "2",
            "startedAt": "2026-01-01T00:00:00Z", "deadline": "2026-01-01T00:10:00Z", "reason": "r", "successor": "web-1", "fromTerm": 3, "revision": "web-2", "isLearner": true},
          "lastOperation": {"kind": "Update", "member": "web-1", "outcome": "Done", "finishedAt": "2026-01-01T00:00:00Z", "message": "m", "successor": "web-2"},
          "rollout": {"backupAt": "2026-01-01T00:00:00Z", "phase": "Progressing", "fromRevision": "a", "toRevision": "b", "failedRevision": "c", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:00Z",
            "progressedAt": "2026-01-01T00:00:00Z", "updated": 1, "total": 3, "message": "m", "handledRequest": "1", "fromFormat": "8", "newestFormat": "9", "readableFormat": "8", "refusedFormat": "7", "refusedRevision": "z", "restored": true, "evidence": ["e"],
            "steps": [{"member": "web-2", "phase": "Done", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:00Z", "message": "m"}]},
          "leaderless": {"since": "2026-01-01T00:00:00.000000Z", "count": 1, "longestSeconds": 1.5, "lastSeconds": 0.5},
          "overrides": [{"at": "2026-01-01T00:00:00Z", "member": "web-1", "reason": "r", "user": "u", "refusals": ["x"]}]} }
        """);
}
