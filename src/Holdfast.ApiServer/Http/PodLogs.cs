using System.Globalization;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;

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
            TailLines = AtLeast(query, "tailLines", 0),
            LimitBytes = AtLeast(query, "limitBytes", 1),
            SinceSeconds = AtLeast(query, "sinceSeconds", 1),
            SinceTime = Time(query.Text("sinceTime")),
        };
        return options is { SinceSeconds: not null, SinceTime: not null }
            ? throw ApiErrors.BadRequest("at most one of `sinceTime` or `sinceSeconds` may be specified")
            : options;
    }

    private static long? AtLeast(QueryOptions query, string name, long least)
    {
        var number = query.Number(name);
        return number < least
            ? throw ApiErrors.BadRequest($"{name}: Invalid value: {number}: must be greater than or equal to {least}")
            : number;
    }

    private static DateTimeOffset? Time(string text)
    {
        if (text.Length == 0)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw ApiErrors.BadRequest($"sinceTime: Invalid value: \"{text}\": must be a time as in RFC 3339");
    }
}
