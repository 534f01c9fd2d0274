global using Holdfast.Model.Json;
global using StewardResource = Holdfast.Model.Stewards.Steward;
