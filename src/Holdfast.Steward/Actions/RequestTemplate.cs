using System.Collections.Immutable;
using Holdfast.Cel;

namespace Holdfast.Steward.Actions;

/// <summary>A request with places for values.</summary>
internal abstract record RequestTemplate(TimeSpan Timeout)
{
    /// <summary>What is asked, for messages.</summary>
    internal abstract string Shown { get; }

    /// <summary>Whether a status means that it went well, where the action does not say which do.</summary>
    internal abstract bool IsSuccess(int status);

    /// <summary>Fills the request in; null with a problem when an expression has no value.</summary>
    internal abstract ActionRequest? Fill(CelActivation activation, CelCost cost, out string? problem);
}

/// <summary>A request over HTTP with places for values.</summary>
internal sealed record HttpTemplate(string Method, string Scheme, string Port, TextTemplate Path, TimeSpan Timeout) : RequestTemplate(Timeout)
{
    internal TextTemplate? Body { get; init; }

    internal string ContentType { get; init; } = "application/json";

    internal ImmutableArray<(string Name, TextTemplate Value)> Headers { get; init; } = [];

    internal override string Shown => $"{Method} {Path.Text}";

    internal override bool IsSuccess(int status) => status is >= 200 and < 300;

    internal override ActionRequest? Fill(CelActivation activation, CelCost cost, out string? problem)
    {
        var path = Path.Fill(activation, cost, out problem);
        if (path is null)
            return null;
        var body = Body?.Fill(activation, cost, out problem);
        if (problem is not null)
            return null;
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(Headers.Length);
        foreach (var (name, template) in Headers)
        {
            if (template.Fill(activation, cost, out problem) is not { } value)
                return null;
            headers.Add(new(name, value));
        }
        return new HttpActionRequest(Method, Scheme, Port, path) { Timeout = Timeout, Body = body, ContentType = ContentType, Headers = headers.MoveToImmutable() };
    }
}

/// <summary>A command with places for values.</summary>
internal sealed record ExecTemplate(ImmutableArray<TextTemplate> Command, string Container, TextTemplate? Input, TimeSpan Timeout) : RequestTemplate(Timeout)
{
    internal override string Shown => string.Join(' ', Command.Select(part => part.Text));

    internal override bool IsSuccess(int status) => status == 0;

    internal override ActionRequest? Fill(CelActivation activation, CelCost cost, out string? problem)
    {
        problem = null;
        var command = ImmutableArray.CreateBuilder<string>(Command.Length);
        foreach (var part in Command)
        {
            if (part.Fill(activation, cost, out problem) is not { } text)
                return null;
            command.Add(text);
        }
        var input = Input?.Fill(activation, cost, out problem);
        return problem is not null ? null : new ExecActionRequest(command.MoveToImmutable()) { Timeout = Timeout, Container = Container, Input = input ?? "" };
    }
}
