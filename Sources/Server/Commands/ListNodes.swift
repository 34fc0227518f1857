import ArgumentParser

/// `claviger nodes`
struct ListNodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "List the nodes: where they are, whether they are heard, and whether they agree.",
        discussion: """
            Each node says something of itself every 20 seconds, in the database; after a minute without a word it is silent, and after an \
            hour it is left out. A node that ends as it was told to is left out at once. Changes nothing, and needs to know where the \
            database is and nothing else.

            clock is by how much a machine's clock is ahead of the database's, feed is how old what the node remembers may be (- while it asks \
            the database), and configuration is a digest of the settings that must be the same on all nodes. The status is 0 also where \
            nodes are silent or disagree; claviger doctor --all warns of that.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "One JSON object.") var json = false

    func run() async throws {
        let location = try options.databaseAlone()
        do {
            let text = NodesText(census: try location.census())
            print(json ? text.json : text.table)
        } catch {
            if ExitStatus(of: error) != nil { throw error }
            throw CommandError(error)
        }
    }
}
