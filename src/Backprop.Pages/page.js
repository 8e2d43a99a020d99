// What Blazor has no word for: saving a file, and files that are dropped anywhere on the page.
'use strict';
window.backprop = {
    save(name, type, bytes) {
        const address = URL.createObjectURL(new Blob([bytes], { type }));
        const link = Object.assign(document.createElement('a'), { href: address, download: name });
        link.click();
        setTimeout(() => URL.revokeObjectURL(address), 60_000);
    },
};
const hasFiles = event => event.dataTransfer?.types.includes('Files');
document.addEventListener('dragover', event => {
    if (hasFiles(event)) {
        event.preventDefault();
    }
});
document.addEventListener('drop', event => {
    const input = document.querySelector('input[type=file]');
    if (hasFiles(event) && input) {
        event.preventDefault();
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));
    }
});

// A factor and what it is in the drawing are lit together, whichever is pointed at.
const light = (target, on) => {
    const factor = target.closest?.('[data-lights]'), part = target.closest?.('.edge, .unit, .map');
    for (const one of factor ? [factor] : part ? document.querySelectorAll('[data-lights]') : []) {
        if (factor || part.matches(one.dataset.lights)) {
            one.classList.toggle('lit', on);
            for (const drawn of factor ? document.querySelectorAll(one.dataset.lights) : [part]) {
                drawn.classList.toggle('lit', on);
            }
        }
    }
};
document.addEventListener('pointerover', event => light(event.target, true));
document.addEventListener('pointerout', event => light(event.target, false));

// A finger is wider than an edge: what is nearest to it is meant.
document.addEventListener('click', event => {
    const graph = event.target.closest?.('svg.graph');
    if (!graph || event.target.closest('.unit') || !event.isTrusted || !matchMedia('(pointer: coarse)').matches) {
        return;
    }
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(graph.getScreenCTM().inverse());
    let nearest = null, least = (22 / graph.getScreenCTM().a) ** 2;
    for (const edge of graph.querySelectorAll('.edge')) {
        const line = edge.firstElementChild, [x, y, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map(name => +line.getAttribute(name));
        const [dx, dy] = [x2 - x, y2 - y], along = Math.min(1, Math.max(0, ((point.x - x) * dx + (point.y - y) * dy) / (dx * dx + dy * dy)));
        const apart = (x + along * dx - point.x) ** 2 + (y + along * dy - point.y) ** 2;
        if (apart < least) {
            [nearest, least] = [edge, apart];
        }
    }
    if (nearest && !nearest.contains(event.target)) {
        event.stopPropagation();
        event.preventDefault();
        nearest.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
}, true);
