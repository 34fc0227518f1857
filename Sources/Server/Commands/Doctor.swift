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

    func run() async throws {
        let diagnosis = await Diagnosis(of: options.report(), at: SystemClock.now())
        print(diagnosis.text)
        guard diagnosis.isHealthy else { throw ExitCode(1) }
    }
}
