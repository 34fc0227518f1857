for (const button of document.querySelectorAll("[data-copy]")) {
    const words = button.textContent;
    const told = button.closest("[data-of]").querySelector("[data-told]");
    button.hidden = false;
    button.addEventListener("click", async () => {
        const source = button.closest("[data-of]").querySelector("[data-text]");
        let isCopied = false;
        try {
            await navigator.clipboard.writeText(source.textContent);
            isCopied = true;
        } catch {
            getSelection().selectAllChildren(source);
            isCopied = document.execCommand("copy");
        }
        const outcome = isCopied ? "Copied" : "Select it and copy it yourself";
        button.textContent = outcome;
        if (told) told.textContent = outcome;
        if (isCopied) source.dispatchEvent(new CustomEvent("copied", { bubbles: true }));
        setTimeout(() => {
            button.textContent = words;
            if (told) told.textContent = "";
        }, 4000);
    });
}
