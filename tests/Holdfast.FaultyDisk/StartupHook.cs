using Holdfast.FaultyDisk;

/// <summary>
/// Puts the faulty disk under a program as it is, by <c>DOTNET_STARTUP_HOOKS</c>: nothing of it is in the program itself, so no user
/// can come across it.
/// </summary>
internal static class StartupHook
{
    /// <summary>Called by the runtime before the program's own beginning.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("HOLDFAST_TEST_DISK") is { Length: > 0 } plan)
            Disk.Install(FaultPlan.Parse(plan), AppContext.BaseDirectory);
    }
}
