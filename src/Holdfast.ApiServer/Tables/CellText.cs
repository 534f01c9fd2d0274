using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Tables;

/// <summary>How lists, labels and selectors read in one cell.</summary>
internal static class CellText
{
    private const int MaximumShown = 3;

    /// <summary>Labels as <c>key=value</c>, or <c>&lt;none&gt;</c>.</summary>
    /// <param name="labels">The labels.</param>
    public static string Labels(ValueMap<string> labels) =>
        labels.IsEmpty ? RowWriter.None : string.Join(',', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));

    /// <summary>A selector in its text form, or <c>&lt;none&gt;</c> when that is empty.</summary>
    /// <param name="selector">The selector.</param>
    public static string Selector(LabelSelector? selector)
    {
        if (!LabelMatcher.TryFrom(selector, out var matcher, out _))
            return "<error>";
        var text = matcher.ToString();
        return text.Length == 0 ? RowWriter.None : text;
    }

    /// <summary>The names of containers.</summary>
    /// <param name="template">The pod template.</param>
    public static string Containers(PodTemplateSpec template) => Join(template.Spec.Containers, container => container.Name);

    /// <summary>The images of containers.</summary>
    /// <param name="template">The pod template.</param>
    public static string Images(PodTemplateSpec template) => Join(template.Spec.Containers, container => container.Image);

    /// <summary>Access modes in short, each once, from the narrowest: <c>RWO,ROX,RWX,RWOP</c>.</summary>
    /// <param name="modes">The modes.</param>
    public static string AccessModes(ValueList<string> modes)
    {
        if (modes.Count == 1 && modes[0] == "ReadWriteOnce")
            return "RWO";
        (string Mode, string Short)[] known =
            [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
        return string.Join(',', known.Where(mode => modes.Contains(mode.Mode)).Select(mode => mode.Short));
    }

    /// <summary>The first three of several, and how many more there are.</summary>
    /// <param name="items">The items.</param>
    public static string FirstFew(IEnumerable<string> items)
    {
        var shown = new List<string>(MaximumShown);
        var count = 0;
        foreach (var item in items)
        {
            if (count++ < MaximumShown)
                shown.Add(item);
        }
        var text = string.Join(',', shown);
        return count > MaximumShown ? $"{text} + {count - MaximumShown} more..." : text;
    }

    private static string Join<T>(ValueList<T> items, Func<T, string> text) => items.Count switch
    {
        0 => "",
        1 => text(items[0]),
        _ => string.Join(',', items.Select(text)),
    };
}
