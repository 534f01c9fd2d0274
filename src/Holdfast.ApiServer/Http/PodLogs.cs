using System.Collections.Immutable;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.Http;

/// <summary>Answers <c>pods/log</c> with what the pod's node has.</summary>
internal sealed class PodLogs(INodeProxy? nodes)
{
    public async Task StreamAsync(ApiRequest request, Pod pod, CancellationToken stopping)
    {
        var options = Options(request.Query, pod);
        if (pod.Spec.NodeName.Length == 0)
            throw ApiErrors.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned");
        if (nodes is null)
            throw ApiErrors.ServiceUnavailable($"no node can be reached from this server, so the log of pod {pod.Metadata.Name} cannot be read");
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        await using var log = await nodes.OpenLogAsync(pod, options, ends.Token);
        var response = request.Http.Response;
        response.ContentType = "text/plain";
        await response.StartAsync(request.Aborted);
        await response.Body.FlushAsync(request.Aborted);
        var buffer = new byte[16 * 1024];
        while (await log.ReadAsync(buffer, ends.Token) is var count && count > 0)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, count), ends.Token);
            await response.Body.FlushAsync(ends.Token);
        }
    }

    private static PodLogOptions Options(QueryOptions query, Pod pod)
    {
        var options = new PodLogOptions(PodContainers.Choose(query.Text("container"), pod))
        {
            Follow = query.Flag("follow") ?? false,
            Previous = query.Flag("previous") ?? false,
            Timestamps = query.Flag("timestamps") ?? false,
            TailLines = query.Number("tailLines"),
            LimitBytes = query.Number("limitBytes"),
            SinceSeconds = query.Number("sinceSeconds"),
            SinceTime = Time(query.Text("sinceTime")),
            Stream = query.Text("stream") is "Stdout" or "Stderr" ? query.Text("stream").ToLowerInvariant() : "",
        };
        var problems = Problems(query, options).ToImmutableArray();
        return problems.IsEmpty ? options : throw ApiErrors.Invalid("", "PodLogOptions", pod.Metadata.Name, problems);
    }

    private static IEnumerable<FieldError> Problems(QueryOptions query, PodLogOptions options)
    {
        if (options.TailLines < 0)
            yield return FieldError.Invalid(FieldPath.Root("tailLines"), options.TailLines.Value, "must be greater than or equal to 0");
        if (options.LimitBytes < 1)
            yield return FieldError.Invalid(FieldPath.Root("limitBytes"), options.LimitBytes.Value, "must be greater than 0");
        if (options is { SinceSeconds: not null, SinceTime: not null })
            yield return FieldError.Forbidden(FieldPath.Root(""), "at most one of `sinceTime` or `sinceSeconds` may be specified");
        else if (options.SinceSeconds < 1)
            yield return FieldError.Invalid(FieldPath.Root("sinceSeconds"), options.SinceSeconds.Value, "must be greater than 0");
        if (query.Text("stream") is not ("" or "All" or "Stdout" or "Stderr"))
            yield return FieldError.NotSupported(FieldPath.Root("stream"), query.Text("stream"), ["All", "Stderr", "Stdout"]);
        if (options.Stream.Length > 0 && options.TailLines is not null)
            yield return FieldError.Forbidden(FieldPath.Root(""), "`tailLines` and specific `stream` are mutually exclusive for now");
    }

    private static DateTimeOffset? Time(string text)
    {
        if (text.Length == 0)
            return null;
        try
        {
            return TimeText.Parse(text);
        }
        catch (ModelDecodeException problem)
        {
            throw ApiErrors.BadRequest(problem.Message);
        }
    }
}
