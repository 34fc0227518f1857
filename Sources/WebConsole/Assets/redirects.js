const words = {};
for (const said of document.querySelectorAll("[data-why]")) words[said.dataset.why] = said.textContent;
const isTaken = (name, taken) => {
    try {
        return taken.includes(decodeURIComponent(name).toLowerCase());
    } catch {
        return true;
    }
};
const problem = (text, taken) => {
    if (!/^[!-~]*$/.test(text) || /["<>\\^`{|}*]/.test(text)) return "forbiddenCharacter";
    if (/%(?![0-9a-f]{2})/i.test(text)) return "brokenEscape";
    const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/.exec(text.toLowerCase()) ?? [];
    if (!scheme) return "scheme";
    const isWeb = /^https?$/.test(scheme);
    const authority = rest.startsWith("//") ? rest.slice(2).split(/[/?#]/)[0] : "";
    if (authority.includes("@")) return "userInformation";
    const [whole, host, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9._~-]*)(?::([1-9]\d{0,4}))?$/.exec(authority) ?? [];
    if (whole === undefined || port > 65535 || (isWeb && !host)) return "host";
    if (text.includes("#")) return "fragment";
    if (scheme === "http" && !["127.0.0.1", "[::1]", "localhost"].includes(host)) return "plainHTTP";
    if (!isWeb && !scheme.includes(".")) return "scheme";
    const names = text.split("?").slice(1).join("?").split(/[&;]/).map(pair => pair.split("=")[0]);
    return names.some(name => isTaken(name, taken)) ? "answerParameter" : "";
};
for (const told of document.querySelectorAll("[data-wrong]")) {
    const [field, before] = ["input", "[role=alert]"].map(part => told.parentElement.querySelector(part));
    let pause;
    const check = () => {
        const text = field.value.trim();
        const wrong = text && problem(text, told.dataset.wrong.split(" "));
        told.textContent = words[wrong] ?? "";
        told.hidden = !wrong;
        if (before) before.hidden = true;
        field.ariaInvalid = wrong ? "true" : null;
    };
    field.oninput = () => {
        clearTimeout(pause);
        pause = setTimeout(check, 600);
    };
}
