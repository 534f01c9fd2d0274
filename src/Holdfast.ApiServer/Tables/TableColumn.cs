namespace Holdfast.ApiServer.Tables;

/// <summary>One column of a table.</summary>
/// <param name="Name">Its heading; kubectl shows it in capitals.</param>
/// <param name="Type">The type of its cells as the API tells it; the cells themselves may be of another.</param>
/// <param name="Description">What it shows.</param>
internal sealed record TableColumn(string Name, string Type, string Description)
{
    /// <summary>The object's name.</summary>
    public static TableColumn ObjectName { get; } = Text("Name", "The name of the object.") with { Format = "name" };

    /// <summary>How long ago the object was made.</summary>
    public static TableColumn Age { get; } = Text("Age", "How long ago the object was made.");

    /// <summary>The names of a template's containers.</summary>
    public static TableColumn Containers { get; } = Wide("Containers", "The names of the template's containers.");

    /// <summary>The images of a template's containers.</summary>
    public static TableColumn Images { get; } = Wide("Images", "The images of the template's containers.");

    /// <summary>Which pods belong to the object.</summary>
    public static TableColumn Selector { get; } = Wide("Selector", "The labels of the pods that belong to the object.");

    /// <summary>Says more of the type, such as <c>name</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>0 for what is always shown, 1 for what only the wide form shows.</summary>
    public int Priority { get; init; }

    /// <summary>A column of text.</summary>
    /// <param name="name">Its heading.</param>
    /// <param name="description">What it shows.</param>
    public static TableColumn Text(string name, string description) => new(name, "string", description);

    /// <summary>A column of text that only the wide form shows.</summary>
    /// <param name="name">Its heading.</param>
    /// <param name="description">What it shows.</param>
    public static TableColumn Wide(string name, string description) => Text(name, description) with { Priority = 1 };

    /// <summary>A column of whole numbers.</summary>
    /// <param name="name">Its heading.</param>
    /// <param name="description">What it shows.</param>
    public static TableColumn Number(string name, string description) => new(name, "integer", description);

    /// <summary>A column of truths.</summary>
    /// <param name="name">Its heading.</param>
    /// <param name="description">What it shows.</param>
    public static TableColumn Flag(string name, string description) => new(name, "boolean", description);
}
