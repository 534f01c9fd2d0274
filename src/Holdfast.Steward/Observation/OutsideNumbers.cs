using System.Globalization;
using System.Text.Json;
using Holdfast.Cel;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Observation;

/// <summary>Reads numbers from servers outside: by a query to a Prometheus, or from any answer over HTTP.</summary>
/// <param name="outside">Asks.</param>
internal sealed class OutsideNumbers(IOutside outside)
{
    private const long CostLimit = 1_000_000;

    private static readonly CelEnvironment Environment = ActionVariables.ForFields(CelEnvironment.Standard);

    /// <summary>What is wrong with the expressions by which a spec reads numbers.</summary>
    public static IEnumerable<string> Problems(StewardSpec spec) =>
        from source in spec.Rollout.Gates.Select(gate => (Path: $"spec.rollout.gates[{gate.Name}].httpGet.value", gate.HttpGet))
            .Append((Path: "spec.backup.lastAt.httpGet.value", spec.Backup?.LastAt?.HttpGet))
        where source.HttpGet is not null
        let issue = CelProgram.TryCompile(source.HttpGet!.Value, Environment, out _, out var issues) ? null : issues.Items[0]
        where issue is not null
        select $"{source.Path}: line {issue.Line}, character {issue.Column}: {issue.Message}";

    /// <summary>Asks one of the two.</summary>
    /// <returns>The number, null when there is none; and why not, in words.</returns>
    public async Task<(double? Value, string Problem)> AskAsync(PrometheusGate? prometheus, HttpGate? httpGet, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var address = prometheus is not null ? $"{prometheus.Url.TrimEnd('/')}/api/v1/query?query={Uri.EscapeDataString(prometheus.Query)}" : httpGet!.Url;
        var outcome = await outside.GetAsync(address, timeout, cancellationToken);
        if (outcome.Response is not { } response)
            return (null, outcome.Failure!.Message);
        if (prometheus is not null)
            return Sample(response);
        if (!CelProgram.TryCompile(httpGet!.Value, Environment, out var program, out var issues))
            return (null, issues.Items[0].Message);
        return program.Evaluate(CelActivation.Empty.With(ActionVariables.Response, ActionVariables.ValueOf(response)), new CelCost(CostLimit)) switch
        {
            CelInt number => (number.Value, ""),
            CelUint number => (number.Value, ""),
            CelDouble number => (number.Value, ""),
            CelError error => (null, error.Message),
            var other => (null, $"the value is a {other.Type.Name}, not a number"),
        };
    }

    // A scalar, or a vector of one sample: [time, "value"].
    private static (double? Value, string Problem) Sample(ActionResponse response)
    {
        try
        {
            using var document = JsonDocument.Parse(response.Text, JsonInput.DocumentOptions);
            var root = document.RootElement;
            if (root.GetProperty("status").GetString() != "success")
                return (null, root.TryGetProperty("error", out var error) ? error.GetString() ?? "" : "the query failed");
            var (type, result) = (root.GetProperty("data").GetProperty("resultType").GetString(), root.GetProperty("data").GetProperty("result"));
            if (type == "vector" && result.GetArrayLength() != 1)
                return (null, string.Create(CultureInfo.InvariantCulture, $"the query gives {result.GetArrayLength()} samples, not one: aggregate it"));
            var sample = type == "vector" ? result[0].GetProperty("value") : result;
            return double.TryParse(sample[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? (value, "") : (null, "the sample is no number");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return (null, $"this is no answer of a Prometheus server (status {response.Status})");
        }
    }
}
