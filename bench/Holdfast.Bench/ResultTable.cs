using System.Text;

namespace Holdfast.Bench;

/// <summary>What was measured, a line each; lines are also told as they come.</summary>
internal sealed class ResultTable
{
    private readonly List<(string What, string Value, string Note)> _rows = [];

    internal void Add(string what, string value, string note = "")
    {
        _rows.Add((what, value, note));
        Console.Error.WriteLine($"measured: {what}: {value}  {note}".TrimEnd());
    }

    public override string ToString()
    {
        var (what, value) = (_rows.Max(row => row.What.Length), _rows.Max(row => row.Value.Length));
        var text = new StringBuilder();
        foreach (var row in _rows)
            text.AppendLine($"{row.What.PadRight(what)}  {row.Value.PadLeft(value)}  {row.Note}".TrimEnd());
        return text.ToString();
    }
}
