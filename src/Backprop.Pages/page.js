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
