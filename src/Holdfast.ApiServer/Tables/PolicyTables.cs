using System.Collections.Immutable;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Policy;
using Holdfast.Model.Rbac;
using Holdfast.Model.Resources;
using Holdfast.Model.Scheduling;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of budgets, priorities, permissions and webhooks.</summary>
internal static class PolicyTables
{
    private static readonly ImmutableArray<TableColumn> BindingColumns =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Role", "The role that is given."),
        TableColumn.Age,
        TableColumn.Wide("Users", "The users to whom it is given."),
        TableColumn.Wide("Groups", "The groups to which it is given."),
        TableColumn.Wide("ServiceAccounts", "The service accounts to which it is given."),
    ];

    private static readonly ImmutableArray<TableColumn> WebhookColumns =
        [TableColumn.ObjectName, TableColumn.Number("Webhooks", "How many webhooks there are."), TableColumn.Age];

    /// <summary>The tables.</summary>
    public static ImmutableArray<KindTable> All { get; } =
    [
        KindTable.Of<PodDisruptionBudget>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Min Available", "How many pods must stay available."),
                TableColumn.Text("Max Unavailable", "How many pods may be unavailable."),
                TableColumn.Number("Allowed Disruptions", "How many pods may be evicted now."),
                TableColumn.Age,
            ],
            (row, budget) => row.Name(budget).Text(budget.Spec.MinAvailable?.ToString() ?? "N/A")
                .Text(budget.Spec.MaxUnavailable?.ToString() ?? "N/A").Number(budget.Status.DisruptionsAllowed).Age(budget)),
        KindTable.Of<PriorityClass>(
            [
                TableColumn.ObjectName,
                TableColumn.Number("Value", "The priority of the class's pods."),
                TableColumn.Flag("Global-Default", "Whether pods without a class have this one."),
                TableColumn.Age,
                TableColumn.Text("PreemptionPolicy", "Whether the class's pods may push others away."),
            ],
            (row, priority) => row.Name(priority).Number(priority.Value).Flag(priority.GlobalDefault).Age(priority)
                .Text(priority.PreemptionPolicy ?? "")),
        KindTable.Of<RoleBinding>(BindingColumns, (row, binding) => WriteBinding(row, binding, binding.RoleRef, binding.Subjects)),
        KindTable.Of<ClusterRoleBinding>(BindingColumns, (row, binding) => WriteBinding(row, binding, binding.RoleRef, binding.Subjects)),
        KindTable.Of<MutatingWebhookConfiguration>(WebhookColumns, (row, hooks) => row.Name(hooks).Number(hooks.Webhooks.Count).Age(hooks)),
        KindTable.Of<ValidatingWebhookConfiguration>(WebhookColumns, (row, hooks) => row.Name(hooks).Number(hooks.Webhooks.Count).Age(hooks)),
    ];

    private static void WriteBinding(RowWriter row, IResource binding, RoleRef role, ValueList<Subject> subjects) => row.Name(binding)
        .Text($"{role.Kind}/{role.Name}").Age(binding)
        .Text(Subjects(subjects, "User", subject => subject.Name))
        .Text(Subjects(subjects, "Group", subject => subject.Name))
        .Text(Subjects(subjects, "ServiceAccount", subject => $"{subject.Namespace}/{subject.Name}"));

    private static string Subjects(ValueList<Subject> subjects, string kind, Func<Subject, string> name) =>
        string.Join(", ", subjects.Where(subject => subject.Kind == kind).Select(name));
}
