namespace Holdfast.Cel.Functions;

/// <summary>Classes of characters as RE2 knows them: of ASCII alone.</summary>
internal static class PatternClasses
{
    /// <summary>What stands inside the brackets for a POSIX class, or null when there is none of that name.</summary>
    public static string? Posix(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => @"\u0000-\u007F",
        "blank" => @"\t\u0020",
        "cntrl" => @"\u0000-\u001F\u007F",
        "digit" => "0-9",
        "graph" => @"\u0021-\u007E",
        "lower" => "a-z",
        "print" => @"\u0020-\u007E",
        "punct" => @"\u0021-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007E",
        "space" => @"\t\n\v\f\r\u0020",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => null,
    };

    /// <summary>A class such as <c>\d</c>, with brackets where it needs them, or null.</summary>
    public static string? Perl(char letter, bool inClass)
    {
        var items = letter switch
        {
            'd' => "0-9",
            'w' => "0-9A-Za-z_",
            's' => @"\t\n\f\r\u0020",
            'D' => @"\u0000-\u002F\u003A-\uFFFF",
            'W' => @"\u0000-\u002F\u003A-\u0040\u005B-\u005E\u0060\u007B-\uFFFF",
            'S' => @"\u0000-\u0008\u000B\u000E-\u001F\u0021-\uFFFF",
            _ => null,
        };
        return items is null || inClass ? items : $"[{items}]";
    }
}
