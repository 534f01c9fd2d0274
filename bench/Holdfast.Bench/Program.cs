using System.CommandLine;
using System.Globalization;
using Holdfast.Bench;
using Holdfast.Client.Http;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var server = new Option<Uri?>("--server") { Description = "Measure this Kubernetes API server instead of Holdfast's own", HelpName = "URL" };
var token = new Option<string?>("--token") { Description = "The bearer token for --server" };
var authority = new Option<FileInfo?>("--ca") { Description = "The PEM file of the authority that --server's certificate comes from", HelpName = "FILE" };
var insecure = new Option<bool>("--insecure") { Description = "Do not look at --server's certificate" };
var runs = new Option<int>("--runs") { Description = "How many starts are measured", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "How long each sort of request is measured", DefaultValueFactory = _ => 5 };
var pods = new Option<bool>("--pods") { Description = "With --server: measure sets of pods too; its nodes must be able to run --image" };
var scale = new Option<bool>("--scale") { Description = "Measure only what pods cost when there are 10,000 of them" };
var program = new Option<string>("--program") { Description = "The program to start and measure", HelpName = "FILE", DefaultValueFactory = _ => MeasuredCluster.ProgramBeside() };
var against = new Option<string?>("--against") { Description = "Measure this program too, in turns, and print the ratio of --program's figures to its", HelpName = "FILE" };
var rounds = new Option<int>("--rounds") { Description = "With --against: how often each is measured", DefaultValueFactory = _ => 3 };
var image = new Option<string>("--image") { Description = "The image of the pods", DefaultValueFactory = _ => "registry.k8s.io/pause:3.10" };

var root = new RootCommand("Measures Holdfast, or another Kubernetes API server, as its users meet it: over HTTPS.")
{
    server, token, authority, insecure, runs, seconds, pods, scale, image, program, against, rounds,
};
root.SetAction(async (result, cancellationToken) =>
{
    var table = new ResultTable();
    var settings = new BenchSettings(result.GetValue(runs), TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(image)!, result.GetValue(program)!);
    if (result.GetValue(server) is { } url)
    {
        var config = new KubeConfig
        {
            Server = url,
            Token = result.GetValue(token) ?? "",
            CertificateAuthorityPem = result.GetValue(authority) is { } file ? await File.ReadAllTextAsync(file.FullName, cancellationToken) : "",
            IsTlsUnverified = result.GetValue(insecure),
        };
        await Measurements.ServerAsync(config, result.GetValue(pods), settings, Path.GetTempPath(), null, table, cancellationToken);
    }
    else if (result.GetValue(against) is { } other)
    {
        Console.WriteLine(await Measurements.CompareAsync(settings, other, result.GetValue(rounds), cancellationToken));
        return;
    }
    else if (result.GetValue(scale))
    {
        await Measurements.ScaleAsync(settings, table, cancellationToken);
    }
    else
    {
        await Measurements.HoldfastAsync(settings, table, cancellationToken);
    }
    Console.WriteLine(table);
});
return await root.Parse(args).InvokeAsync();
