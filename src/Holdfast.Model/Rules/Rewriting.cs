using Holdfast.Model.Values;

namespace Holdfast.Model.Rules;

/// <summary>Changes the elements of immutable collections; what does not change is not copied.</summary>
internal static class Rewriting
{
    /// <summary>The list with each element replaced by what a function makes of it.</summary>
    public static ValueList<T> Rewrite<T>(this ValueList<T> list, Func<T, T> change) where T : class
    {
        T[]? changed = null;
        for (var i = 0; i < list.Count; i++)
        {
            var item = change(list[i]);
            if (changed is null && ReferenceEquals(item, list[i]))
            {
                continue;
            }
            changed ??= list.AsSpan().ToArray();
            changed[i] = item;
        }
        return changed is null ? list : new(changed);
    }

    /// <summary>The text, or another one when it is empty.</summary>
    public static string Or(this string? text, string other) => string.IsNullOrEmpty(text) ? other : text;
}
