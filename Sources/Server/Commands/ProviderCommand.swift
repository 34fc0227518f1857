import ArgumentParser
import DefinitionFile
import ProviderDefinition

/// `claviger provider`
struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "Check provider files, list them, set secrets of our clients, and what editors can check files by.",
        subcommands: [
            CheckProviders.self, ListProviders.self, SetProviderSecret.self, VerifySeals.self, PrintProviderSchema.self,
        ])
}

/// `claviger provider check`
struct CheckProviders: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether a server would take provider files.",
        discussion: """
            A mistake is told with file, line, column and key, what is allowed, and the name that may have been meant; each file \
            is looked at, whatever is wrong with another one. Nothing is asked of the provider. Ends with 1 where something is wrong.
            """)

    @Argument(help: "The provider files.") var files: [String]

    func run() throws {
        var mistakes: [String] = []
        for file in files {
            do {
                let provider = try Provider.load(from: file)
                print("\(file): fine. \(provider.title), \(provider.summary)")
            } catch {
                mistakes.append(error.description)
            }
        }
        guard mistakes.isEmpty else { throw CommandError(mistakes.joined(separator: "\n")) }
    }
}

/// `claviger provider list`
struct ListProviders: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the providers that a product can offer, and how each is renewed.")

    @Option(help: "A folder of provider files beside those that are built in.") var providers: String?

    func run() throws {
        let catalogue: ProviderCatalogue
        do {
            catalogue = try ProviderCatalogue.load(with: providers)
        } catch {
            throw CommandError(error.description)
        }
        let width = catalogue.providers.map(\.identifier.count).max() ?? 0
        for provider in catalogue.providers {
            let identifier = provider.identifier + String(repeating: " ", count: width - provider.identifier.count)
            print("\(identifier)  \(provider.title): \(provider.summary)")
        }
    }
}

/// `claviger provider schema`
struct PrintProviderSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema (2020-12) of provider files.",
        discussion: """
            Editors complete and check files by it. With the YAML language server, keep it beside the file and write \
            `# yaml-language-server: $schema=provider.schema.json` into the first line.
            """)

    func run() {
        print(ProviderSchema.text)
    }
}

extension Provider {
    /// How it is looked after, in a few words.
    fileprivate var summary: String {
        let how =
            switch renewal.grant {
            case .refreshToken: "renewed by a refresh token\(rotationWords)"
            case .accessToken: "extended while it lives"
            case .chain(let step): "renewed by the chain from \(step)"
            case .none: "renewed by a new consent alone"
            }
        let steps = steps.isEmpty ? "" : ", \(steps.count) step\(steps.count == 1 ? "" : "s")"
        let probe = health == nil ? "no probe" : "a probe"
        return
            "\(how)\(steps), \(schedule.count) promise\(schedule.count == 1 ? "" : "s"), \(probe), \(errors.count) errors"
    }

    private var rotationWords: String {
        switch renewal.rotation {
        case .none: ""
        case .replaceOldValid: " (replaced, the old one works on)"
        case .retainUntilNextUsed: " (replaced, the old one works until the new one is used)"
        case .grace(let seconds): " (replaced, the old one works for \(seconds) seconds)"
        case .singleUse: " (used once)"
        }
    }
}
