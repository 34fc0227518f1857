const once = document.querySelector("[data-once]");
let isKept = false;
once?.addEventListener("copied", event => { isKept ||= event.target.matches("[data-secret]"); });
once?.addEventListener("click", event => { isKept ||= event.target.closest("[download]") !== null; });
once?.addEventListener("change", event => { if (event.target.matches("[data-kept]")) isKept = event.target.checked; });
addEventListener("beforeunload", event => { if (once && !isKept) event.preventDefault(); });
