using System.Collections.Immutable;

namespace Holdfast.ModelGenerator;

/// <summary>One data file: the types of one API group and version.</summary>
/// <param name="Group">The group; empty for core.</param>
/// <param name="Version">The version.</param>
/// <param name="Namespace">The C# namespace of the records.</param>
/// <param name="Types">The types in the order of the file.</param>
/// <param name="IsCustom">Whether a definition, and no server, brings its kinds.</param>
public sealed record KindsFile(string Group, string Version, string Namespace, ImmutableArray<TypeData> Types, bool IsCustom = false)
{
    /// <summary>The last word of the namespace, by which other files name this one's types.</summary>
    public string ShortName => Namespace[(Namespace.LastIndexOf('.') + 1)..];
}

/// <summary>One type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plural">The resource's plural, or null for a type that is only part of others.</param>
/// <param name="IsNamespaced">Whether objects live in namespaces.</param>
/// <param name="ShortNames">Short names.</param>
/// <param name="Categories">Categories.</param>
/// <param name="IsAtomic">Whether it is owned as a whole.</param>
/// <param name="Description">What it is; may be empty.</param>
/// <param name="Fields">Its fields.</param>
public sealed record TypeData(
    string Name, string? Plural, bool IsNamespaced, ImmutableArray<string> ShortNames, ImmutableArray<string> Categories,
    bool IsAtomic, string Description, ImmutableArray<FieldData> Fields)
{
    /// <summary>The columns of its tables, when it is a custom kind.</summary>
    public ImmutableArray<ColumnData> Columns { get; init; } = [];

    /// <summary>Where its scale finds the wanted number, the found number and the selector; empty when it has none.</summary>
    public ImmutableArray<string> Scale { get; init; } = [];
}

/// <summary>A column of the table in which objects of a custom kind are listed.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Type">What its cells hold.</param>
/// <param name="JsonPath">Where in the object the value stands.</param>
/// <param name="Priority">0 for one that is always shown.</param>
/// <param name="Description">What it shows.</param>
public sealed record ColumnData(string Name, string Type, string JsonPath, int Priority, string Description);

/// <summary>One field.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Presence">When it is written.</param>
/// <param name="Type">Its type as the file has it.</param>
/// <param name="Numbers">The field numbers that lead to it in protocol buffers; empty when it is not there.</param>
/// <param name="Attributes">What else holds of it.</param>
/// <param name="Description">What it means; may be empty.</param>
public sealed record FieldData(
    string Name, Presence Presence, string Type, ImmutableArray<int> Numbers, ImmutableArray<string> Attributes, string Description)
{
    /// <summary>The value of an attribute <c>NAME=VALUE</c>, or null.</summary>
    /// <param name="name">The attribute's name.</param>
    public string? Attribute(string name) =>
        Attributes.FirstOrDefault(attribute => attribute.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}

/// <summary>When a field is written.</summary>
public enum Presence
{
    /// <summary>When it is not empty or zero.</summary>
    WhenNotEmpty,

    /// <summary>When it is there.</summary>
    WhenPresent,

    /// <summary>Always.</summary>
    Always,
}
