const close = but => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!but || !menu.contains(but)) menu.open = false;
};
document.addEventListener("click", event => close(event.target));
document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details.menu[open]");
    close();
    menu?.querySelector("summary").focus();
});
