namespace Holdfast.Model.Core;

/// <summary>What an image's name says about how it is pulled.</summary>
public static class ImageReference
{
    /// <summary>When an image is pulled if nobody says so: always when its tag is <c>latest</c>, otherwise when it is missing.</summary>
    /// <param name="image">The image's name, such as <c>example/x:1</c>.</param>
    public static string DefaultPullPolicy(string image) => Tag(image) == "latest" ? "Always" : "IfNotPresent";

    /// <summary>An image's tag: <c>latest</c> when it names none, empty when a digest alone says which one is meant.</summary>
    /// <param name="image">The image's name.</param>
    public static string Tag(string image)
    {
        var at = image.IndexOf('@', StringComparison.Ordinal);
        var named = at < 0 ? image : image[..at];
        var colon = named.LastIndexOf(':');
        var hasTag = colon > named.LastIndexOf('/');
        var repository = hasTag ? named[..colon] : named;
        if (repository.Length == 0 || repository.Any(character => char.IsWhiteSpace(character) || char.IsAsciiLetterUpper(character)))
        {
            return "";
        }
        return hasTag ? named[(colon + 1)..] : at < 0 ? "latest" : "";
    }
}
