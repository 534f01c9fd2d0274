using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process;

/// <summary>What pods go without, in words.</summary>
internal static class RuntimeLimitations
{
    public static IReadOnlyList<RuntimeLimitation> For(IsolationMode mode, long effectiveUser, string? complaint)
    {
        List<RuntimeLimitation> limitations = [];
        if (mode == IsolationMode.None)
        {
            limitations.Add(new RuntimeLimitation(
                "VolumesNotMounted",
                $"No private mount namespace on this machine ({complaint}): volumes are not at their mount paths, "
                + "HOLDFAST_VOLUME_<NAME> has each one's real path, and /etc/resolv.conf and the host name are the machine's. "
                + "Run as root, or allow unprivileged user namespaces"));
        }

        if (effectiveUser != 0)
        {
            limitations.Add(new RuntimeLimitation(
                "UsersNotSwitched",
                "Holdfast does not run as root: containers run as its own user" + (mode == IsolationMode.None ? ", whatever they ask for" : ", shown to them as the one they ask for")
                + ", and without further groups. Run Holdfast as root to switch users"));
        }

        return limitations;
    }
}
