namespace Backprop.Pages.Components;

/// <summary>The parts of the page in the order in which they are drawn: first what answers whoever has picked a parameter.</summary>
internal enum PagePart
{
    Controls,
    Network,
    Derivation,
    Update,
    Ways,
    Tour,
    Loss,
    Stages,
    Nudge,
    Factors,
    Output,
    Exercise,
    Export,
    Settings,
}
