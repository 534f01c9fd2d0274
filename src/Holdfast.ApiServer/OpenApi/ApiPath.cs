using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>One path and what can be done with it.</summary>
/// <param name="Path">The path, with <c>{namespace}</c> and <c>{name}</c> in place of these.</param>
/// <param name="Operations">What can be done.</param>
internal sealed record ApiPath(string Path, ImmutableArray<ApiOperation> Operations);

/// <summary>One method of a path.</summary>
/// <param name="Method">The HTTP method, in small letters.</param>
/// <param name="Action">The verb of the API, such as <c>deletecollection</c>.</param>
/// <param name="Id">The operation's name.</param>
/// <param name="Kind">The kind of objects that are sent and answered.</param>
internal sealed record ApiOperation(string Method, string Action, string Id, ResourceType Kind)
{
    /// <summary>What the query may say.</summary>
    public ImmutableArray<ApiParameter> Query { get; init; } = [];

    /// <summary>The schema of the request's body; null when it has none.</summary>
    public string? Body { get; init; }

    /// <summary>Whether objects are of a custom resource, to which strategic merge patches cannot be applied.</summary>
    public bool IsCustom { get; init; }

    /// <summary>The schema of the answer; null when it is text.</summary>
    public string? Answer { get; init; }
}

/// <summary>One parameter of a query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Description">What it does.</param>
internal sealed record ApiParameter(string Name, string Type, string Description)
{
    private static readonly ApiParameter DryRun = Text("dryRun", "All: everything is checked and answered, and nothing is kept.");
    private static readonly ApiParameter Manager = Text("fieldManager", "Who makes the change, for the record of who owns which field.");
    private static readonly ApiParameter Validation = Text("fieldValidation", "What becomes of unknown and repeated fields: Ignore, Warn or Strict.");

    private static readonly ImmutableArray<ApiParameter> Selection =
    [
        Text("continue", "The next page, as the last one told."),
        Text("fieldSelector", "Only objects whose fields match."),
        Text("labelSelector", "Only objects whose labels match."),
        Number("limit", "At most so many objects in one answer."),
        Text("resourceVersion", "The revision to see, or to begin after."),
        Text("resourceVersionMatch", "How the revision is meant: Exact or NotOlderThan."),
    ];

    /// <summary>What lists and watches take.</summary>
    public static ImmutableArray<ApiParameter> List { get; } =
    [
        .. Selection,
        Flag("allowWatchBookmarks", "Whether a watch tells now and then how far it is."),
        Flag("sendInitialEvents", "Whether a watch begins with what is there."),
        Number("timeoutSeconds", "How long a watch may last."),
        Flag("watch", "Whether to go on with changes instead of answering a list."),
    ];

    /// <summary>What creations and replacements take.</summary>
    public static ImmutableArray<ApiParameter> Write { get; } = [DryRun, Manager, Validation];

    /// <summary>What patches take.</summary>
    public static ImmutableArray<ApiParameter> Patch { get; } =
        [.. Write, Flag("force", "Whether an apply takes over fields that others own.")];

    /// <summary>What deletions take.</summary>
    public static ImmutableArray<ApiParameter> Delete { get; } =
    [
        DryRun,
        Number("gracePeriodSeconds", "How long the object may take to end."),
        Flag("orphanDependents", "The older form of propagationPolicy."),
        Text("propagationPolicy", "What becomes of dependents: Orphan, Background or Foreground."),
    ];

    /// <summary>What deletions of many take.</summary>
    public static ImmutableArray<ApiParameter> DeleteMany { get; } = [.. Delete, .. Selection];

    /// <summary>What a container's log takes.</summary>
    public static ImmutableArray<ApiParameter> Log { get; } =
    [
        Text("container", "The container."),
        Flag("follow", "Whether to go on with what is still to come."),
        Number("limitBytes", "At most so many bytes."),
        Flag("previous", "Whether the run before the last restart is meant."),
        Number("sinceSeconds", "Only lines of the last so many seconds."),
        Text("sinceTime", "Only lines since this time."),
        Text("stream", "Which of the container's streams: All, Stdout or Stderr."),
        Number("tailLines", "At most so many lines from the end."),
        Flag("timestamps", "Whether each line begins with its time."),
    ];

    /// <summary>What joining a container's streams takes.</summary>
    public static ImmutableArray<ApiParameter> Attach { get; } =
    [
        Text("container", "The container."),
        Flag("stderr", "Whether error output is wanted."),
        Flag("stdin", "Whether there is input."),
        Flag("stdout", "Whether output is wanted."),
        Flag("tty", "Whether the streams are a terminal."),
    ];

    /// <summary>What running a command in a container takes.</summary>
    public static ImmutableArray<ApiParameter> Exec { get; } = [Text("command", "The program and its arguments, one parameter each."), .. Attach];

    /// <summary>What forwarding takes.</summary>
    public static ImmutableArray<ApiParameter> PortForward { get; } = [Number("ports", "The ports to forward, where the protocol does not name them itself.")];

    /// <summary>What a proxy takes.</summary>
    public static ImmutableArray<ApiParameter> Proxy { get; } = [Text("path", "What is asked of the target.")];

    private static ApiParameter Text(string name, string description) => new(name, "string", description);

    private static ApiParameter Number(string name, string description) => new(name, "integer", description);

    private static ApiParameter Flag(string name, string description) => new(name, "boolean", description);
}
