using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Rules;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>Which objects a list asks for, and at which revision.</summary>
/// <param name="Served">The kind.</param>
/// <param name="Namespace">Only this namespace; null for all, and for cluster-scoped kinds.</param>
/// <param name="Filter">Which of them.</param>
public sealed record ListRequest(ServedResource Served, string? Namespace, ResourceFilter Filter)
{
    /// <summary>At most so many objects; 0 for all.</summary>
    public long Limit { get; init; }

    /// <summary>Where the last page ended.</summary>
    public string Continue { get; init; } = "";

    /// <summary>The revision, as the client sent it.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary><c>Exact</c>, <c>NotOlderThan</c> or empty.</summary>
    public string Match { get; init; } = "";
}

/// <summary>A list, or one page of it, all seen at one revision.</summary>
/// <param name="Entries">The objects.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Continue">Where the next page begins; empty when this is the last.</param>
/// <param name="Remaining">How many objects come after this page; null when that is not known, as with selectors.</param>
public sealed record ListPage(ImmutableArray<Entry> Entries, long Revision, string Continue, long? Remaining);

/// <summary>Lists collections, whole or by pages over one snapshot.</summary>
internal sealed class ObjectListing(RegistryParts parts)
{
    private const string ContinueExpired =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use "
        + "the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent "
        + "list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

    public async Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken)
    {
        CheckMatch(request);
        var position = request.Continue.Length == 0 ? null : PageToken.Read(request.Continue);
        if (position is not null && request.ResourceVersion is not ("" or "0"))
            throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue");
        var snapshot = await SnapshotAsync(request, position, cancellationToken);
        return request.Filter.MatchesEverything && request.Limit > 0
            ? Page(request, snapshot, position)
            : Filtered(request, snapshot, position);
    }

    /// <summary>Reads a resourceVersion; 0 for none.</summary>
    public static long Revision(string text)
    {
        if (text.Length == 0)
            return 0;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw ApiErrors.BadRequest(
                $"invalid resource version: resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }

    /// <summary>Waits until the store has reached a revision.</summary>
    public async Task ReachAsync(string resourceVersion, CancellationToken cancellationToken)
    {
        var revision = Revision(resourceVersion);
        if (revision <= parts.Store.CurrentRevision)
            return;
        try
        {
            _ = await parts.Store.SnapshotAtAsync(revision, cancellationToken);
        }
        catch (RevisionFutureException future)
        {
            throw ApiErrors.RevisionNotReached(future.Message);
        }
    }

    private async Task<Snapshot> SnapshotAsync(ListRequest request, PageToken? position, CancellationToken cancellationToken)
    {
        var revision = position?.Revision ?? Revision(request.ResourceVersion);
        if (revision == 0 || position is { IsInconsistent: true })
            return parts.Store.Snapshot();
        // No token of ours names what is still to come.
        if (position is not null && revision > parts.Store.CurrentRevision)
            throw PageToken.Invalid();
        var isExact = position is not null || request.Match == "Exact" || (request.Match.Length == 0 && request.Limit > 0);
        try
        {
            if (isExact)
                return await parts.Store.SnapshotAtAsync(revision, cancellationToken);
            if (revision > parts.Store.CurrentRevision)
                _ = await parts.Store.SnapshotAtAsync(revision, cancellationToken);
            return parts.Store.Snapshot();
        }
        catch (RevisionGoneException gone)
        {
            throw position is null ? ApiErrors.Expired(gone.Message) : ApiErrors.Expired(ContinueExpired, PageToken.WriteInconsistent(position.After));
        }
        catch (RevisionFutureException future)
        {
            throw ApiErrors.RevisionNotReached(future.Message);
        }
    }

    private static ListPage Page(ListRequest request, Snapshot snapshot, PageToken? position)
    {
        var limit = (int)Math.Min(request.Limit, int.MaxValue);
        var page = snapshot.ListPage(request.Served.StoreName, request.Namespace, position?.After, limit);
        return page.Remaining == 0
            ? new ListPage(page.Entries, snapshot.Revision, "", null)
            : new ListPage(page.Entries, snapshot.Revision, PageToken.Write(snapshot.Revision, page.Entries[^1].Key), page.Remaining);
    }

    private static ListPage Filtered(ListRequest request, Snapshot snapshot, PageToken? position)
    {
        var found = ImmutableArray.CreateBuilder<Entry>();
        foreach (var entry in snapshot.List(request.Served.StoreName, request.Namespace, position?.After))
        {
            if (!request.Filter.MatchesEverything && !request.Filter.Matches(StoredObject.Of(entry, request.Served)))
                continue;
            if (request.Limit > 0 && found.Count == request.Limit)
                return new ListPage(found.ToImmutable(), snapshot.Revision, PageToken.Write(snapshot.Revision, found[^1].Key), null);
            found.Add(entry);
        }
        return new ListPage(found.ToImmutable(), snapshot.Revision, "", null);
    }

    private static void CheckMatch(ListRequest request)
    {
        if (request.Match.Length == 0)
            return;
        var problems = ImmutableArray.CreateBuilder<FieldError>();
        if (request.ResourceVersion.Length == 0)
            problems.Add(Forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"));
        if (request.Continue.Length > 0)
            problems.Add(Forbidden("resourceVersionMatch is forbidden when continue is provided"));
        if (request.Match is not ("Exact" or "NotOlderThan"))
        {
            problems.Add(new FieldError(FieldErrorType.FieldValueNotSupported, "resourceVersionMatch",
                $"Unsupported value: \"{request.Match}\": supported values: \"Exact\", \"NotOlderThan\", \"\""));
        }
        if (request is { Match: "Exact", ResourceVersion: "0" })
            problems.Add(Forbidden("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        if (problems.Count > 0)
            throw ApiErrors.Invalid("meta.k8s.io", "ListOptions", "", problems.ToImmutable());
    }

    /// <summary>That something is said about the match which goes with nothing else that was said.</summary>
    internal static FieldError Forbidden(string problem) => new(FieldErrorType.FieldValueForbidden, "resourceVersionMatch", "Forbidden: " + problem);
}

/// <summary>Where a page ended, as the opaque text that the client sends back.</summary>
/// <param name="Revision">The revision of the whole list.</param>
/// <param name="After">The last object of the page.</param>
internal sealed record PageToken(long Revision, PagePosition After)
{
    private const string Form = "h1";
    private const int MaximumLength = 2048;
    private const long Now = -1;

    /// <summary>Whether the rest is to be listed as it is now, since what it was is no longer kept.</summary>
    public bool IsInconsistent => Revision == Now;

    public static string WriteInconsistent(PagePosition after) => Write(Now, after.Namespace, after.Name);

    public static string Write(long revision, ResourceKey last) => Write(revision, last.Namespace, last.Name);

    private static string Write(long revision, string space, string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        $"{Form}\n{revision.ToString(CultureInfo.InvariantCulture)}\n{space}\n{name}"));

    public static PageToken Read(string text)
    {
        if (text.Length <= MaximumLength && Base64Url.IsValid(text))
        {
            var fields = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n');
            if (fields.Length == 4 && fields[0] == Form
                && long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var revision) && revision is > 0 or Now)
                return new PageToken(revision, new PagePosition(fields[2], fields[3]));
        }
        throw Invalid();
    }

    public static ApiException Invalid() => ApiErrors.BadRequest("invalid continue token: continue key is not valid: it was not given by this server");
}
