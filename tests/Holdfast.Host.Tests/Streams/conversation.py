# What Kubernetes' own Python client does with a cluster. Argument: a kubeconfig. Prints the name of each part that held.
import json, sys, time, uuid
from kubernetes import client, config, watch, dynamic
from kubernetes.client.rest import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock
from kubernetes.stream import stream, portforward

config.load_kube_config(sys.argv[1])
core, apps, coordination = client.CoreV1Api(), client.AppsV1Api(), client.CoordinationV1Api()
IMAGE = "holdfast/host:1"


def held(name):
    print(name, flush=True)


def until(what, condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def refused(status, call):
    try:
        call()
    except ApiException as error:
        assert error.status == status, error
        return error
    raise AssertionError(f"was not refused with {status}")


def objects():
    body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="py", labels={"a": "1"}), data={"k": "v"})
    made = core.create_namespaced_config_map("default", body)
    assert made.metadata.uid and made.metadata.creation_timestamp.tzinfo
    refused(409, lambda: core.create_namespaced_config_map("default", body))
    assert [c.metadata.name for c in core.list_namespaced_config_map("default", label_selector="a=1").items] == ["py"]
    assert core.patch_namespaced_config_map("py", "default", {"data": {"k2": "v2"}}).data == {"k": "v", "k2": "v2"}
    assert core.patch_namespaced_config_map("py", "default", [{"op": "remove", "path": "/data/k"}]).data == {"k2": "v2"}
    made.data = {"k": "stale"}
    refused(409, lambda: core.replace_namespaced_config_map("py", "default", made))
    fresh = core.read_namespaced_config_map("py", "default")
    fresh.data = {"k": "new"}
    assert core.replace_namespaced_config_map("py", "default", fresh).data == {"k": "new"}
    core.delete_namespaced_config_map("py", "default")
    refused(404, lambda: core.read_namespaced_config_map("py", "default"))
    held("objects")


def watches():
    start = core.list_namespaced_config_map("default").metadata.resource_version
    core.create_namespaced_config_map("default", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="watched", labels={"w": "1"}), data={"n": "0"}))
    core.patch_namespaced_config_map("watched", "default", {"data": {"n": "1"}})
    core.delete_namespaced_config_map("watched", "default")
    seen = []
    for event in watch.Watch().stream(core.list_namespaced_config_map, "default", label_selector="w=1", resource_version=start, timeout_seconds=30):
        seen.append((event["type"], event["object"].data["n"]))
        if event["type"] == "DELETED":
            break
    assert seen == [("ADDED", "0"), ("MODIFIED", "1"), ("DELETED", "1")], seen
    held("watches")


def pages():
    for i in range(7):
        core.create_namespaced_config_map("default", client.V1ConfigMap(metadata=client.V1ObjectMeta(generate_name="page-", labels={"page": "1"})))
    names, token = [], None
    while True:
        page = core.list_namespaced_config_map("default", label_selector="page=1", limit=3, _continue=token)
        names += [c.metadata.name for c in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert len(set(names)) == 7
    core.delete_collection_namespaced_config_map("default", label_selector="page=1")
    assert not core.list_namespaced_config_map("default", label_selector="page=1").items
    held("pages")


def pods():
    core.create_namespaced_pod("default", {
        "metadata": {"name": "py-pod", "labels": {"app": "py"}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
            "name": "c", "image": IMAGE, "command": ["sh", "-c", "echo one; echo two >&2; exec /usr/bin/python3 -m http.server 8055 --bind $POD_IP --directory /usr/share"]}]}})
    until("the pod runs", lambda: core.read_namespaced_pod("py-pod", "default").status.phase == "Running")
    until("the pod has written", lambda: "two" in core.read_namespaced_pod_log("py-pod", "default"))
    log = lambda **options: core.read_namespaced_pod_log("py-pod", "default", **options)
    assert log(tail_lines=1).count("\n") == 1
    assert log(limit_bytes=3) in ("one", "two")
    assert "T" in log(timestamps=True).split(" ")[0]
    assert "one" in log(since_seconds=3600)
    out = stream(core.connect_get_namespaced_pod_exec, "py-pod", "default", command=["sh", "-c", "echo out; echo err >&2"], stdout=True, stderr=True, stdin=False, tty=False)
    assert sorted(out.split()) == ["err", "out"], out
    shell = stream(core.connect_get_namespaced_pod_exec, "py-pod", "default", command=["sh"], stdout=True, stderr=True, stdin=True, tty=False, _preload_content=False)
    shell.write_stdin("echo $((6*7)); exit 4\n")
    assert shell.readline_stdout(timeout=30) == "42"
    shell.run_forever(timeout=30)
    assert shell.returncode == 4, shell.returncode
    forwarded = portforward(core.connect_get_namespaced_pod_portforward, "py-pod", "default", ports="8055")
    until("the pod listens", lambda: "200" in str(core.connect_get_namespaced_pod_proxy_with_path("py-pod:8055", "default", "", _preload_content=False).status))
    socket = forwarded.socket(8055)
    socket.setblocking(True)
    socket.settimeout(30)
    socket.sendall(b"GET / HTTP/1.0\r\n\r\n")
    assert b"200 OK" in socket.recv(4096)
    socket.close()
    core.delete_namespaced_pod("py-pod", "default")
    held("pods")


def workloads():
    labels = {"app": "py-set"}
    template = {"metadata": {"labels": labels}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "image": IMAGE, "command": ["sleep", "300"]}]}}
    apps.create_namespaced_stateful_set("default", {"metadata": {"name": "py-set"}, "spec": {"serviceName": "py-set", "replicas": 1, "selector": {"matchLabels": labels}, "template": template}})
    until("the set is ready", lambda: apps.read_namespaced_stateful_set("py-set", "default").status.ready_replicas == 1)
    # The client sends strategic merge patches for bodies that are objects: containers merge by name.
    patched = apps.patch_namespaced_stateful_set("py-set", "default", {"spec": {"template": {"spec": {"containers": [{"name": "c", "env": [{"name": "A", "value": "b"}]}]}}}})
    assert patched.spec.template.spec.containers[0].image == IMAGE
    scale = apps.read_namespaced_stateful_set_scale("py-set", "default")
    # Without a revision, since the controller writes as well.
    scale.spec.replicas, scale.metadata.resource_version = 0, None
    # A number of none is left out, as upstream has it.
    assert not apps.replace_namespaced_stateful_set_scale("py-set", "default", scale).spec.replicas
    until("the set has no pods", lambda: not core.list_namespaced_pod("default", label_selector="app=py-set").items)
    apps.delete_namespaced_stateful_set("py-set", "default", propagation_policy="Foreground")
    until("the set is gone", lambda: not apps.list_namespaced_stateful_set("default").items)
    held("workloads")


def dynamically():
    kinds = dynamic.DynamicClient(client.ApiClient())
    maps = kinds.resources.get(api_version="v1", kind="ConfigMap")
    maps.create(body={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dyn"}, "data": {"a": "1"}}, namespace="default")
    assert maps.get(name="dyn", namespace="default").data.a == "1"
    maps.patch(body={"data": {"b": "2"}}, name="dyn", namespace="default", content_type="application/merge-patch+json")
    patched = maps.get(name="dyn", namespace="default").data
    assert (patched.a, patched.b) == ("1", "2")
    # This client sends a body of another form than JSON only as text.
    applied = maps.server_side_apply(
        body=json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dyn"}, "data": {"c": "3"}}), namespace="default", name="dyn", field_manager="py")
    assert applied.data.c == "3"
    maps.delete(name="dyn", namespace="default")
    # What is not installed is said plainly, as on a cluster without it.
    try:
        kinds.resources.get(api_version="metrics.k8s.io/v1beta1", kind="PodMetrics")
        raise AssertionError("metrics.k8s.io is not served")
    except dynamic.exceptions.ResourceNotFoundError:
        pass
    refused(404, lambda: client.CustomObjectsApi().list_cluster_custom_object("metrics.k8s.io", "v1beta1", "nodes"))
    held("dynamically")


def leases():
    lease = coordination.create_namespaced_lease("default", {"metadata": {"name": "py"}, "spec": {"holderIdentity": "me", "leaseDurationSeconds": 15}})
    assert lease.spec.holder_identity == "me"
    done = []

    class Won(Exception):
        pass

    def started():
        done.append(True)

    lock = ConfigMapLock("py-leader", "default", str(uuid.uuid4()))
    election = leaderelection.LeaderElection(electionconfig.Config(lock, lease_duration=4, renew_deadline=3, retry_period=1, onstarted_leading=started, onstopped_leading=lambda: None))
    import threading
    threading.Thread(target=election.run, daemon=True).start()
    until("the election is won", lambda: done)
    assert "py-leader" in [m.metadata.name for m in core.list_namespaced_config_map("default").items]
    held("leases")


def everything_listed():
    kinds = dynamic.DynamicClient(client.ApiClient())
    count = 0
    for resource in kinds.resources.search():
        if getattr(resource, "kind", "").endswith("List") or "list" not in getattr(resource, "verbs", []) or "/" in resource.name:
            continue
        listed = resource.get()
        for event in resource.watch(timeout=1, resource_version=listed.metadata.resourceVersion):
            assert event["type"] in ("ADDED", "MODIFIED", "DELETED"), event
        count += 1
    assert count > 25, count
    held("everything-listed")


for part in (objects, watches, pages, pods, workloads, dynamically, leases, everything_listed):
    part()
import os
sys.stdout.flush()
os._exit(0)
