global using Holdfast.Model.Json;
