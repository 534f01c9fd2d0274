namespace Holdfast.Node.Process.Isolation;

/// <summary>How far a container can be kept apart from the machine.</summary>
internal enum IsolationMode
{
    /// <summary>Not at all: it sees the machine's files under their real paths.</summary>
    None,

    /// <summary>Mount and host name namespaces, made by root.</summary>
    Namespaces,

    /// <summary>The same inside a user namespace, made by anyone.</summary>
    UserNamespaces,
}
