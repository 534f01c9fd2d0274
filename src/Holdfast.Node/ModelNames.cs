// The API and the runtime both have a ContainerStatus, and Node is this namespace: the API's types are written Core.X here.
global using Core = Holdfast.Model.Core;
