import ArgumentParser

/// `claviger settings`
struct PrintSettings: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print a file of settings with every setting commented out.",
        discussion: """
            Each has its default and what it says. Packages install it as /etc/claviger/server.yaml; a later version's can be held \
            against your own for what is new. Nothing is read or changed.
            """)

    func run() {
        print(SampleSettings.text, terminator: "")
    }
}
