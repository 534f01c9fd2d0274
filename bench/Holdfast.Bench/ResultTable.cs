using System.Globalization;
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

    /// <summary>What two programs have shown in turns, with the ratio of the second's medians to the first's.</summary>
    /// <param name="before">The tables of the one.</param>
    /// <param name="after">The tables of the other, of the same measurements.</param>
    internal static string Compare(IReadOnlyList<ResultTable> before, IReadOnlyList<ResultTable> after)
    {
        var compared = new ResultTable();
        for (var row = 0; row < before[0]._rows.Count; row++)
        {
            var (old, current) = (Median(before, row), Median(after, row));
            compared._rows.Add((before[0]._rows[row].What, string.Create(CultureInfo.InvariantCulture, $"{current / old:n2}"), $"{old} -> {current}{Unit(before[0]._rows[row].Value)}"));
        }
        return compared.ToString();
    }

    private static double Median(IReadOnlyList<ResultTable> tables, int row)
    {
        var values = tables.Select(table => Number(table._rows[row].Value)).Order().ToArray();
        return values[values.Length / 2];
    }

    private static double Number(string value) => double.Parse(value.Split(' ')[0], NumberStyles.Number, CultureInfo.InvariantCulture);

    private static string Unit(string value) => value[value.IndexOf(' ', StringComparison.Ordinal)..];

    public override string ToString()
    {
        var (what, value) = (_rows.Max(row => row.What.Length), _rows.Max(row => row.Value.Length));
        var text = new StringBuilder();
        foreach (var row in _rows)
            text.AppendLine($"{row.What.PadRight(what)}  {row.Value.PadLeft(value)}  {row.Note}".TrimEnd());
        return text.ToString();
    }
}
