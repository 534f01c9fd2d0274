using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Model.Rules;

/// <summary>The forms of IP addresses and of ranges of them.</summary>
public static class AddressFormats
{
    /// <summary>Whether a text is an IP address as the API takes it: plain, without zone.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    public static bool TryParse(string text, out IPAddress address)
    {
        address = IPAddress.None;
        var isPlain = text.Contains(':', StringComparison.Ordinal)
            ? !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal) && !text.Contains('/', StringComparison.Ordinal)
            : IsDottedQuad(text);
        if (!isPlain || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }
        address = parsed;
        return true;
    }

    /// <summary>Wants an IP address.</summary>
    /// <param name="value">The text.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    public static bool RequireAddress(string value, FieldPath path, FieldErrors errors)
    {
        if (TryParse(value, out _))
        {
            return true;
        }
        errors.Add(FieldError.Invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
        return false;
    }

    /// <summary>Wants an IP address of one family.</summary>
    /// <param name="value">The text.</param>
    /// <param name="isVersion4">Whether it is to be an IPv4 address.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void RequireAddress(string value, bool isVersion4, FieldPath path, FieldErrors errors)
    {
        if (RequireAddress(value, path, errors) && TryParse(value, out var address)
            && (address.AddressFamily == AddressFamily.InterNetwork) != isVersion4)
        {
            errors.Add(FieldError.Invalid(path, value, $"must be an {(isVersion4 ? "IPv4" : "IPv6")} address"));
        }
    }

    /// <summary>Wants an address that a machine of its own could have.</summary>
    /// <param name="value">The address.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void RequireOrdinary(string value, FieldPath path, FieldErrors errors)
    {
        if (!RequireAddress(value, path, errors) || !TryParse(value, out var address))
        {
            return;
        }
        Refuse(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any), $"may not be unspecified ({value})");
        Refuse(IPAddress.IsLoopback(address), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        var bytes = address.GetAddressBytes();
        Refuse(bytes is [169, 254, _, _] || address.IsIPv6LinkLocal, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        Refuse(bytes is [224, 0, 0, _] || bytes is [0xff, var scope, ..] && (scope & 0xf) == 2, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");

        void Refuse(bool isSpecial, string words)
        {
            if (isSpecial)
            {
                errors.Add(FieldError.Invalid(path, value, words));
            }
        }
    }

    /// <summary>Wants a range of addresses.</summary>
    /// <param name="value">The text.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void RequireRange(string value, FieldPath path, FieldErrors errors)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var isRange = slash > 0 && TryParse(value[..slash], out var address)
            && int.TryParse(value.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        if (!isRange)
        {
            errors.Add(FieldError.Invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
        }
    }

    private static bool IsDottedQuad(string text)
    {
        var (parts, digits, value) = (1, 0, 0);
        foreach (var character in text)
        {
            if (character == '.')
            {
                if (digits == 0)
                {
                    return false;
                }
                (parts, digits, value) = (parts + 1, 0, 0);
            }
            else if (character is < '0' or > '9' || (digits > 0 && value == 0) || (value = (value * 10) + character - '0') > 255)
            {
                return false;
            }
            else
            {
                digits++;
            }
        }
        return parts == 4 && digits > 0;
    }
}
