/// A browser in words that its user knows. A guess, for the list of one's own sessions alone.
enum DeviceWords {
    static func text(of userAgent: String?) -> String {
        guard let userAgent else { return "Unknown browser" }
        let browser = browsers.first { userAgent.contains($0.mark) }?.name ?? "A browser"
        guard let system = systems.first(where: { userAgent.contains($0.mark) })?.name else { return browser }
        return "\(browser) on \(system)"
    }

    // Those that call themselves others as well come first.
    private static let browsers = [
        (mark: "Edg/", name: "Edge"), (mark: "OPR/", name: "Opera"), (mark: "Firefox/", name: "Firefox"),
        (mark: "FxiOS/", name: "Firefox"), (mark: "Chrome/", name: "Chrome"), (mark: "CriOS/", name: "Chrome"),
        (mark: "Safari/", name: "Safari"),
    ]
    private static let systems = [
        (mark: "iPhone", name: "iPhone"), (mark: "iPad", name: "iPad"), (mark: "Android", name: "Android"),
        (mark: "Windows", name: "Windows"), (mark: "Macintosh", name: "Mac"), (mark: "CrOS", name: "ChromeOS"),
        (mark: "Linux", name: "Linux"),
    ]
}
