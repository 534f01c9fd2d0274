using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.ApiServer.Http;

/// <summary>Writes the one document of a stream as JSON: aliases are expanded and maps merged.</summary>
/// <param name="events">What the parser has told of it.</param>
/// <param name="writer">Where to.</param>
internal sealed class YamlConversion(List<ParsingEvent> events, Utf8JsonWriter writer)
{
    private const string MergeKey = "<<";

    private readonly Dictionary<AnchorName, int> _anchors = [];
    private readonly int[]? _after = Ends(events);
    private int _nodes;

    public void Run()
    {
        var start = events.FindIndex(each => each is NodeEvent or AnchorAlias);
        if (start < 0)
            writer.WriteNullValue();
        else
            Node(start, 0);
    }

    // Writes the node that begins at an event, and gives the position after it.
    private int Node(int at, int depth)
    {
        Count();
        if (depth > JsonInput.MaximumDepth)
            throw YamlJson.TooDeep(events[at].Start.Line);
        if (events[at] is NodeEvent { Anchor.IsEmpty: false } anchored)
            _anchors[anchored.Anchor] = at;
        switch (events[at])
        {
            case AnchorAlias alias:
                var target = Target(alias);
                // What is inside of an anchor cannot stand for all of it.
                _anchors.Remove(alias.Value);
                Node(target, depth + 1);
                _anchors[alias.Value] = target;
                return at + 1;
            case Scalar scalar:
                YamlScalar.Write(writer, scalar);
                return at + 1;
            case SequenceStart:
                return Sequence(at + 1, depth);
            case MappingStart:
                return HasMerge(at) ? Merged(at, depth) : Mapping(at + 1, depth);
            default:
                throw ApiErrors.BadRequest("error converting YAML to JSON: the document has no value");
        }
    }

    private void Count()
    {
        if (++_nodes > YamlJson.MaximumNodes || writer.BytesCommitted + writer.BytesPending > RequestBody.MaximumBytes)
            throw ApiErrors.BadRequest("error converting YAML to JSON: the document is too large once its aliases are expanded");
    }

    private int Target(AnchorAlias alias) => _anchors.TryGetValue(alias.Value, out var target)
        ? target
        : throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: unknown anchor '{alias.Value}' referenced");

    private int Sequence(int at, int depth)
    {
        writer.WriteStartArray();
        while (events[at] is not SequenceEnd)
            at = Node(at, depth + 1);
        writer.WriteEndArray();
        return at + 1;
    }

    private int Mapping(int at, int depth)
    {
        writer.WriteStartObject();
        while (events[at] is not MappingEnd)
        {
            writer.WritePropertyName(NameAt(at));
            at = Node(at + 1, depth + 1);
        }
        writer.WriteEndObject();
        return at + 1;
    }

    private string NameAt(int at)
    {
        if (events[at] is not Scalar key)
            throw ApiErrors.BadRequest("error converting YAML to JSON: a key is not a string");
        if (!key.Anchor.IsEmpty)
            _anchors[key.Anchor] = at;
        return YamlScalar.Name(key);
    }

    private bool HasMerge(int at)
    {
        if (_after is null)
            return false;
        for (at++; events[at] is not MappingEnd; at = After(After(at)))
        {
            if (IsMerge(at))
                return true;
        }
        return false;
    }

    private bool IsMerge(int at) => events[at] is Scalar { Value: MergeKey, Style: ScalarStyle.Plain, Tag.IsEmpty: true };

    private int Merged(int at, int depth)
    {
        var members = new MergedMembers();
        Collect(at, members, isOwn: true, depth);
        writer.WriteStartObject();
        foreach (var (name, value) in members.InOrder())
        {
            writer.WritePropertyName(name);
            Node(value, depth + 1);
        }
        writer.WriteEndObject();
        return After(at);
    }

    private void Collect(int at, MergedMembers members, bool isOwn, int depth)
    {
        if (depth > JsonInput.MaximumDepth)
            throw YamlJson.TooDeep(events[at].Start.Line);
        for (at++; events[at] is not MappingEnd; at = After(After(at)))
        {
            Count();
            if (!IsMerge(at))
            {
                members.Add(NameAt(at), at + 1, isOwn);
                continue;
            }
            foreach (var source in Sources(at + 1))
                Collect(source, members, isOwn: false, depth + 1);
        }
    }

    // The maps that a merge names, the one that counts most last.
    private List<int> Sources(int at)
    {
        if (events[at] is not SequenceStart)
            return [MapAt(at)];
        var sources = new List<int>();
        for (at++; events[at] is not SequenceEnd; at = After(at))
            sources.Add(MapAt(at));
        sources.Reverse();
        return sources;
    }

    private int MapAt(int at)
    {
        if (events[at] is MappingStart { Anchor.IsEmpty: false } anchored)
            _anchors[anchored.Anchor] = at;
        var map = events[at] is AnchorAlias alias ? Target(alias) : at;
        return events[map] is MappingStart
            ? map
            : throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: line {events[at].Start.Line}: map merge requires map or sequence of maps as the value");
    }

    private int After(int at) => _after![at];

    // Where each node ends; only for documents that merge maps.
    private static int[]? Ends(List<ParsingEvent> events)
    {
        if (!events.Exists(each => each is Scalar { Value: MergeKey, Style: ScalarStyle.Plain }))
            return null;
        var (after, open) = (new int[events.Count], new Stack<int>());
        for (var at = 0; at < events.Count; at++)
        {
            after[at] = at + 1;
            if (events[at].NestingIncrease > 0)
                open.Push(at);
            else if (events[at].NestingIncrease < 0 && open.TryPop(out var start))
                after[start] = at + 1;
        }
        return after;
    }

    // Later members stand in for those of their name that were merged; what one map says twice itself stays, to be told.
    private sealed class MergedMembers
    {
        private readonly List<(string Name, int Value, bool IsOwn)> _members = [];
        private readonly Dictionary<string, int> _places = [];

        public void Add(string name, int value, bool isOwn)
        {
            if (_places.TryGetValue(name, out var place) && !(isOwn && _members[place].IsOwn))
            {
                _members[place] = (name, value, isOwn);
                return;
            }
            _places[name] = _members.Count;
            _members.Add((name, value, isOwn));
        }

        public IEnumerable<(string Name, int Value)> InOrder() => _members.Select(member => (member.Name, member.Value));
    }
}
