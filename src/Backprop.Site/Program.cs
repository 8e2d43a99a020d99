using Backprop.Pages.Components;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<Routes>("#page");
builder.Services.AddSingleton(GivenFiles.None);
await builder.Build().RunAsync();
