import ArgumentParser

/// `claviger doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is in force, where it was said, and what is unsafe or wrong.",
        discussion: """
            Changes nothing, and may be run beside a server. Give it the flags and the environment of the server. Secrets \
            are not shown. The exit status is 1 if there are errors; warnings alone leave it 0.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Flag(
        help: """
            Look at all nodes as well: whether they are heard, their clocks, and whether they agree with each other and with these \
            settings.
            """)
    var all = false

    func run() async throws {
        let diagnosis = await Diagnosis(of: options.report(), at: SystemClock.now(), asksNodes: all)
        print(diagnosis.text)
        guard diagnosis.isHealthy else { throw ExitCode(1) }
    }
}
