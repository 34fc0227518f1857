for (const time of document.querySelectorAll("time[datetime][title]")) {
    const here = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
    time.title = `${here} (${time.title})`;
}
