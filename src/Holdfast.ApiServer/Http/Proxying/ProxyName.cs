using System.Globalization;

namespace Holdfast.ApiServer.Http.Proxying;

/// <summary>What the name in a proxy's path means: <c>NAME</c>, <c>NAME:PORT</c> or <c>SCHEME:NAME:PORT</c>, where the port may be empty.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Port">The port's number or name; empty for the only one.</param>
internal sealed record ProxyName(string Scheme, string Name, string Port)
{
    /// <summary>Reads it; null when it is none.</summary>
    public static ProxyName? Parse(string text) => text.Split(':') switch
    {
        [{ Length: > 0 } name] => new("http", name, ""),
        [{ Length: > 0 } name, var port] when IsPort(port) => new("http", name, port),
        ["" or "http", { Length: > 0 } name, var port] when IsPort(port) => new("http", name, port),
        ["https", { Length: > 0 } name, var port] when IsPort(port) => new("https", name, port),
        _ => null,
    };

    private static bool IsPort(string port) =>
        port.Length == 0 || port.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    /// <summary>The port as a number; null when it is a name, or none.</summary>
    public int? PortNumber => int.TryParse(Port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535 ? number : null;
}
