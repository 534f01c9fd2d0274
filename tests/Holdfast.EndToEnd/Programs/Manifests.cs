namespace Holdfast.EndToEnd.Programs;

/// <summary>Small manifests; each test sets what matters to it.</summary>
internal static class Manifests
{
    /// <summary>An image whose program is the shell of this machine, added by the fixtures.</summary>
    public const string ShellImage = "test/shell";

    /// <summary>A script that lives until it is asked to end.</summary>
    public const string Waits = "trap 'exit 0' TERM; while :; do sleep 0.2; done";

    /// <summary>The folder of the example that the documents and the demo use.</summary>
    public static string LedgerExample
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
                    return Path.Combine(folder.FullName, "examples", "ledger-store");
            }
            throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Holdfast.slnx and the examples");
        }
    }

    public static string Namespace(string name) => $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n";

    /// <summary>A pod that runs a script of the shell; <paramref name="container"/> is more of its container, as lines of YAML.</summary>
    public static string Pod(string name, string script, string container = "", string pod = "") => $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
          labels: {app: {{name}}}
        spec:
          terminationGracePeriodSeconds: 20
        {{Indented(pod, 2)}}
          containers:
          - name: app
            image: {{ShellImage}}
            command: [/bin/sh, -c]
            args:
            - |
        {{Indented(script, 6)}}
        {{Indented(container, 4)}}

        """;

    /// <summary>A headless Service and a StatefulSet of it.</summary>
    public static string Set(string name, int replicas, string image = "example/app:1") => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}}
        spec:
          clusterIP: None
          selector: {app: {{name}}}
          ports: [{name: client, port: 8080}]
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: {{name}}
          labels: {tier: storage}
        spec:
          serviceName: {{name}}
          replicas: {{replicas}}
          selector:
            matchLabels: {app: {{name}}}
          template:
            metadata:
              labels: {app: {{name}}}
            spec:
              containers:
              - name: app
                image: {{image}}
                ports: [{name: client, containerPort: 8080}]

        """;

    private static string Indented(string text, int spaces) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new string(' ', spaces) + line));
}
