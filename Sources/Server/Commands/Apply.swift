import ArgumentParser
import Foundation

/// `claviger apply`
struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Bring accounts, organizations, members, integrations, apps and resource servers to what a file says.",
        discussion: """
            The file is YAML and says what there is to be (docs/apply.md). What is there already is found by its name (members: by \
            their address) and changed where the file says something else; what the file does not say stays as it is. A second run \
            changes nothing. The plan is printed first: + is made, ~ is changed, - is deleted. Then all of it is done in one \
            transaction, by the rules of the API, or nothing where anything is refused; what is wrong is told with its line.

            Nothing is deleted, but for --prune KIND: things of that kind that a list of the file does not have. Organizations and \
            accounts only go when nothing is in them.

            Secrets of what is made are shown this once: each in a file of its own in the folder of --secrets, readable by its owner \
            alone and named by its client_id, or in the one JSON object that --json prints. Secrets that there were are shown nowhere.

            The audit log has each change under "command:apply". While a server runs on a SQLite file, the command has that server \
            do it. Give it the flags and the environment of the server.
            """)

    @Argument(help: "The file; - reads standard input.") var file: String
    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Print the plan, and change nothing.") var dryRun = false
    @Flag(help: "Print one JSON object: dry_run, steps, secrets.") var json = false
    @Option(
        help: "Delete what the file's lists of this kind do not have; may be given several times.")
    var prune: [PrunedKind] = []
    @Option(help: "The folder for new secrets, which is made where there is none.") var secrets = "claviger-secrets"

    func run() async throws {
        let configuration = try options.configuration()
        let text = try content()
        do {
            _ = try DesiredState(parsing: text, file: file)
        } catch {
            throw CommandError(error)
        }
        let request = ApplyRequest(file: file, text: text, pruning: Set(prune.flatMap(\.kinds)))
        var folder: SecretFolder?
        let say = json ? StandardError.tell : { (text: String) in print(text) }
        func change(by perform: (Errand.Task) async throws -> String) async throws -> ApplyOutcome {
            let plan = try ApplyOutcome(parsing: try await perform(.apply(request)))
            if !json { print(plan.planText) }
            guard !dryRun, !plan.steps.isEmpty else { return plan }
            if !json, plan.makesClients { folder = try SecretFolder(secrets) }
            var seen = request
            seen.planDigest = try plan.planDigest
            return try ApplyOutcome(parsing: try await perform(.apply(seen)))
        }
        let outcome = try await ErrandRun.several(with: configuration, saying: say, change)
        if json { return try print(outcome.json(isTrial: dryRun)) }
        guard !outcome.steps.isEmpty else { return }
        guard !dryRun else { return print("\nNothing was changed.") }
        print("\nDone.")
        guard let folder, !outcome.secrets.isEmpty else { return }
        try folder.keep(outcome.secrets)
        print("\nNew secrets, each in a file that you alone may read:")
        for secret in outcome.secrets { print("  \(folder.file(of: secret))  \(secret.whose)") }
    }

    private func content() throws -> String {
        let most = 1 << 20
        let data: Data
        if file == "-" {
            data = try FileHandle.standardInput.read(upToCount: most + 1) ?? Data()
        } else {
            do {
                data = Data(try NamedFile(file, holds: "The file", isSecret: false, upTo: most + 1).bytes)
            } catch {
                throw CommandError(error.description)
            }
        }
        guard data.count <= most, let text = String(validating: data, as: UTF8.self) else {
            throw CommandError("\(file) must be UTF-8 text of at most 1 MiB.")
        }
        return text
    }
}

/// Of which kind things are deleted that a file does not mention: its name is that of the file's lists.
struct PrunedKind: ExpressibleByArgument {
    private static let everything = "all"
    static let allValueStrings = AppliedKind.allCases.map(\.list) + [everything]

    let kinds: [AppliedKind]

    init?(argument: String) {
        kinds = AppliedKind.allCases.filter { argument == Self.everything || argument == $0.list }
        if kinds.isEmpty { return nil }
    }
}

extension ApplyOutcome {
    fileprivate init(parsing answer: String) throws {
        self = try JSONDecoder().decode(ApplyOutcome.self, from: Data(answer.utf8))
    }

    /// Whether a client is made that has a secret, or may have one.
    fileprivate var makesClients: Bool {
        steps.contains { step in
            guard step.action == .create else { return false }
            return switch step.kind {
            case .resourceServer, .integration, .app: true
            case .account, .organization, .member: false
            }
        }
    }

    fileprivate var planText: String {
        guard !steps.isEmpty else { return "Everything is as the file says. Nothing was changed." }
        let count = steps.count == 1 ? "1 change" : "\(steps.count) changes"
        return (["\(count):"] + steps.map { "  \($0.text)" }).joined(separator: "\n")
    }

    fileprivate func json(isTrial: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let printed = Printed(isTrial: isTrial, steps: steps, secrets: secrets)
        return String(decoding: try encoder.encode(printed), as: UTF8.self)
    }
}

/// What `--json` prints.
private struct Printed: Encodable {
    let isTrial: Bool
    let steps: [ApplyStep]
    let secrets: [AppliedSecret]

    private enum CodingKeys: String, CodingKey {
        case isTrial = "dry_run"
        case steps, secrets
    }
}
