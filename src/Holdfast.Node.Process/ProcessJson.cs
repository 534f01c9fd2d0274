using System.Text.Json.Serialization;
using Holdfast.Node.Process.Addresses;
using Holdfast.Node.Process.Images;
using Holdfast.Node.Process.Supervision;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AddressRecord))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(SandboxRecord))]
[JsonSerializable(typeof(ContainerRecord))]
[JsonSerializable(typeof(ContainerExit))]
internal sealed partial class ProcessJson : JsonSerializerContext;
