using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What a probe or hook does; there should be one thing.</summary>
internal readonly record struct HandlerChoices(ExecAction? Exec, HTTPGetAction? HttpGet, TCPSocketAction? TcpSocket, GRPCAction? Grpc, SleepAction? Sleep);

/// <summary>What holds for what probes and hooks do.</summary>
internal static class HandlerValidation
{
    public static void CheckLifecycle(Lifecycle? lifecycle, long? graceSeconds, FieldPath container, FieldErrors errors)
    {
        if (lifecycle?.PostStart is { } start)
        {
            Check(Choices(start), graceSeconds, container.Child("lifecycle").Child("postStart"), errors);
        }
        if (lifecycle?.PreStop is { } stop)
        {
            Check(Choices(stop), graceSeconds, container.Child("lifecycle").Child("preStop"), errors);
        }
    }

    public static void Check(HandlerChoices choices, long? graceSeconds, FieldPath path, FieldErrors errors)
    {
        var count = 0;
        if (IsFirst(choices.Exec is not null, "exec", path, errors, ref count) && choices.Exec!.Command.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("exec").Child("command")));
        }
        if (IsFirst(choices.HttpGet is not null, "httpGet", path, errors, ref count))
        {
            CheckHttp(choices.HttpGet!, path.Child("httpGet"), errors);
        }
        if (IsFirst(choices.TcpSocket is not null, "tcpSocket", path, errors, ref count))
        {
            PortValidation.RequireNumberOrName(choices.TcpSocket!.Port, path.Child("tcpSocket"), "port", errors);
        }
        if (IsFirst(choices.Grpc is not null, "grpc", path, errors, ref count))
        {
            PortValidation.RequireNumber(choices.Grpc!.Port, path.Child("grpc"), "port", errors);
        }
        if (IsFirst(choices.Sleep is not null, "sleep", path, errors, ref count) && graceSeconds is { } grace
            && (choices.Sleep!.Seconds < 0 || choices.Sleep.Seconds > grace))
        {
            errors.Add(FieldError.Invalid(
                path.Child("sleep"), choices.Sleep.Seconds, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})"));
        }
        if (count == 0)
        {
            errors.Add(FieldError.Required(path, "must specify a handler type"));
        }
    }

    private static HandlerChoices Choices(LifecycleHandler handler) => new(handler.Exec, handler.HttpGet, handler.TcpSocket, null, handler.Sleep);

    private static bool IsFirst(bool isSet, string field, FieldPath path, FieldErrors errors, ref int count)
    {
        if (!isSet)
        {
            return false;
        }
        if (count++ == 0)
        {
            return true;
        }
        errors.Add(FieldError.Forbidden(path.Child(field), "may not specify more than 1 handler type"));
        return false;
    }

    private static void CheckHttp(HTTPGetAction action, FieldPath path, FieldErrors errors)
    {
        errors.Require(path, "path", action.Path);
        PortValidation.RequireNumberOrName(action.Port, path, "port", errors);
        if (action.Scheme is not ("HTTP" or "HTTPS"))
        {
            errors.Add(FieldError.NotSupported(path.Child("scheme"), action.Scheme, "HTTP", "HTTPS"));
        }
        foreach (var header in action.HttpHeaders)
        {
            errors.RequireFormat(path, "httpHeaders", header.Name, TextFormats.HeaderName);
        }
    }
}
