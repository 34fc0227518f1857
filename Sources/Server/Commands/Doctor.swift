import ArgumentParser
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "tbd"); func run() async throws {}
}
