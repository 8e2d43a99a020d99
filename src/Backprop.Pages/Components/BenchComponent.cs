using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components;

namespace Backprop.Pages.Components;

/// <summary>A part of the page. It is drawn again when <see cref="Version"/> changes, which says that the workbench has something new for it.</summary>
public abstract class BenchComponent : ComponentBase
{
    /// <summary>Whatever changes when there is something new to show.</summary>
    [Parameter]
    public int Version { get; set; }

    [CascadingParameter]
    private protected Workbench Bench { get; set; } = default!;
}
