using System.Diagnostics;
using System.Text;

namespace Holdfast.ApiServer.Tests;

/// <summary>The real kubectl, found on the path, with a kubeconfig for a server.</summary>
internal sealed class Kubectl(RunningServer server)
{
    private string Config => Path.Combine(server.Folder, "kubeconfig");

    public static bool IsThere => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")));

    public Process Start(params string[] arguments)
    {
        if (!File.Exists(Config))
            File.WriteAllText(Config, ConfigText());
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", Config, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["HOME"] = server.Folder;
        return Process.Start(start)!;
    }

    public async Task<string> RunAsync(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"kubectl {string.Join(' ', arguments)}: {await errors}");
        return await output;
    }

    private string ConfigText()
    {
        var credentials = server.Host.AdminCredentials();
        static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        return string.Join('\n',
            "apiVersion: v1",
            "kind: Config",
            "clusters:",
            $"- {{name: c, cluster: {{server: \"{credentials.Server}\", certificate-authority-data: {Encode(credentials.AuthorityPem)}}}}}",
            "users:",
            "- name: u",
            "  user:",
            $"    client-certificate-data: {Encode(credentials.Certificate.CertificatePem)}",
            $"    client-key-data: {Encode(credentials.Certificate.KeyPem)}",
            "contexts:",
            "- {name: x, context: {cluster: c, user: u}}",
            "current-context: x");
    }
}
