using System.Collections.Immutable;
using Holdfast.Cel;

namespace Holdfast.Steward.Actions;

/// <summary>Which member an action is sent to.</summary>
public enum ActionTarget
{
    /// <summary>The member that it is about.</summary>
    Target,

    /// <summary>The leader.</summary>
    Leader,

    /// <summary>Any healthy member.</summary>
    Any,
}

/// <summary>What the answer of a member says: the fields that could be read, and why others could not.</summary>
/// <param name="Fields">The fields' values.</param>
/// <param name="Problems">Why a field has no value, by its name.</param>
public sealed record ActionReading(ImmutableDictionary<string, CelValue> Fields, ImmutableDictionary<string, string> Problems);

/// <summary>
/// An action whose texts and expressions were read and found good. Pure: it makes requests of variables and fields of answers, and leaves
/// the sending to an <see cref="IMemberDoor"/>. Immutable.
/// </summary>
public sealed class CompiledAction
{
    // What all expressions of one request, or of one answer, may cost together: some milliseconds.
    private const long CostLimit = 1_000_000;

    private readonly RequestTemplate _request;
    private readonly ImmutableArray<(string Name, CelProgram Program)> _fields;
    private readonly ImmutableArray<int> _expected;

    internal CompiledAction(string path, RequestTemplate request, ActionTarget to, ImmutableArray<int> expected, ImmutableArray<(string Name, CelProgram Program)> fields) =>
        (Path, _request, To, _expected, _fields) = (path, request, to, expected, fields);

    /// <summary>Where it is described: <c>spec.member.promote</c>.</summary>
    public string Path { get; }

    /// <summary>Which member it is sent to.</summary>
    public ActionTarget To { get; }

    /// <summary>The names of the fields that its answer gives.</summary>
    public IEnumerable<string> FieldNames => _fields.Select(each => each.Name);

    /// <summary>Makes the request for one member.</summary>
    /// <param name="scope">The values of the variables.</param>
    /// <param name="failure">Why there can be none.</param>
    /// <returns>The request, or null with a failure.</returns>
    public ActionRequest? Request(ActionScope scope, out ActionFailure? failure)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var request = _request.Fill(scope.ToActivation(), new CelCost(CostLimit), out var problem);
        failure = request is null ? new ActionFailure(ActionFailureKind.NotAskable, $"{Path}: {problem}") : null;
        return request;
    }

    /// <summary>Says whether an answer is one that the action expects.</summary>
    /// <param name="response">The answer.</param>
    /// <returns>Why it is not, or null.</returns>
    public ActionFailure? Check(ActionResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var isExpected = _expected.IsEmpty ? _request.IsSuccess(response.Status) : _expected.Contains(response.Status);
        if (isExpected)
            return null;
        var said = Excerpt(response.Errors.Length > 0 ? response.Errors : response.Text);
        return new ActionFailure(ActionFailureKind.Refused, $"{Path}: {_request.Shown} answered {response.Status}{(said.Length > 0 ? ": " + said : "")}");
    }

    /// <summary>Reads the fields of an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="scope">The values of the variables, as of the request.</param>
    public ActionReading Read(ActionResponse response, ActionScope scope)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(scope);
        var value = ActionVariables.ValueOf(response);
        var activation = scope.ToActivation().With(ActionVariables.Response, value);
        var fields = ImmutableDictionary.CreateBuilder<string, CelValue>(StringComparer.Ordinal);
        var problems = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var cost = new CelCost(CostLimit);
        foreach (var (name, program) in _fields)
        {
            switch (program.Evaluate(activation, cost))
            {
                case CelError error:
                    problems[name] = $"{Path}.fields.{name}: {error.Message}";
                    break;
                // No value is told as null or as an optional without one: unknown, without a fault.
                case CelNull or CelOptional { Value: null }:
                    problems[name] = $"{Path}.fields.{name} has no value";
                    break;
                case CelOptional { Value: { } inner }:
                    fields[name] = inner;
                    break;
                case var found:
                    fields[name] = found;
                    break;
            }
        }
        return new ActionReading(fields.ToImmutable(), problems.ToImmutable());
    }

    private static string Excerpt(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 200 ? line : line[..200] + "…";
    }
}
