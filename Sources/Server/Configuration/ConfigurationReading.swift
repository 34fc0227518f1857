import Configuration
import Locking

/// What flags, environment and file say, the first of them that speaks; not yet what it means.
struct ConfigurationReading {
    /// A text and where it was said.
    struct Said {
        let text: String
        let source: SettingSource
    }

    /// What was said under a name that means nothing, and a file that cannot be read.
    private(set) var errors: [ConfigurationError] = []
    private let reader: ConfigReader
    private let recorder = LayerRecorder()
    private let flags: [ConfigurationKey: Said]
    private let file: ConfigurationFile?

    /// - Parameters:
    ///   - flags: What was given, by key.
    ///   - variables: The environment. Names that are not ours are passed over.
    init(flags given: [ConfigurationKey: String], variables: [String: String]) {
        flags = Self.expanded(given, &errors)
        errors += Self.unknown(in: variables)
        let environment = EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "claviger")
        file = Self.file(flags[.config], ConfigReader(provider: environment), &errors)
        let fileTexts = file?.values.mapValues(\.text) ?? [:]
        reader = ConfigReader(
            providers: [
                InMemoryProvider(name: "flags", values: Self.values(flags.mapValues(\.text))),
                environment,
                InMemoryProvider(name: "file", values: Self.values(fileTexts)),
            ],
            accessReporter: recorder)
    }

    /// What was said about `key`, nil for nothing.
    subscript(key: ConfigurationKey) -> Said? {
        let text = reader.string(forKey: key.path, isSecret: key.isSecret)
        guard let text, let layer = recorder.last else { return nil }
        switch layer {
        case 0: return flags[key]
        case 1: return Said(text: text, source: .variable(key.variable ?? ""))
        default: return file.map { Said(text: text, source: .file($0.path, line: $0.values[key]?.line)) }
        }
    }

    /// The file that was read, if it says a secret.
    var fileWithSecrets: String? {
        guard let file else { return nil }
        let address = file.values[.database].flatMap { DatabaseLocation($0.text) }
        let saysSecret = file.values.keys.contains(where: \.isSecret) || address?.holdsPassword ?? false
        return saysSecret ? file.path : nil
    }

    /// The flags, with `--data` as the database that it stands for.
    private static func expanded(
        _ given: [ConfigurationKey: String], _ errors: inout [ConfigurationError]
    ) -> [ConfigurationKey: Said] {
        var flags: [ConfigurationKey: Said] = [:]
        for (key, text) in given {
            flags[key] = Said(text: text, source: .flag(key.flag ?? ""))
        }
        guard let folder = flags.removeValue(forKey: .data) else { return flags }
        if flags[.database] != nil {
            errors.append(ConfigurationError("data", from: folder.source, "stands for --database: give one of them"))
        } else if folder.text.isEmpty {
            errors.append(ConfigurationError("data", from: folder.source, "must be the path of a folder"))
        } else {
            let database = DatabaseLocation.inFolder(folder.text)
            flags[.database] = Said(text: database.description, source: folder.source)
        }
        return flags
    }

    private static func file(
        _ flag: Said?, _ environment: ConfigReader, _ errors: inout [ConfigurationError]
    ) -> ConfigurationFile? {
        guard let path = flag?.text ?? environment.string(forKey: ConfigurationKey.config.path) else { return nil }
        do throws(ConfigurationError) {
            let file = try ConfigurationFile(path: path)
            errors += file.errors
            return file
        } catch {
            errors.append(error)
            return nil
        }
    }

    private static func values(_ texts: [ConfigurationKey: String]) -> [AbsoluteConfigKey: ConfigValue] {
        Dictionary(
            uniqueKeysWithValues: texts.map { key, text in
                (AbsoluteConfigKey(key.path), ConfigValue(.string(text), isSecret: key.isSecret))
            })
    }

    private static func unknown(in variables: [String: String]) -> [ConfigurationError] {
        let known = Set(ConfigurationKey.all.compactMap(\.variable))
        return variables.keys.sorted().filter { name in
            name.hasPrefix(ConfigurationKey.variablePrefix) && !known.contains(name) && !isServiceLink(name, variables)
        }.map { name in
            ConfigurationError(
                name, from: .variable(name), "unknown variable; known are \(known.sorted().joined(separator: ", "))")
        }
    }

    /// Whether Kubernetes put the variable there, as it does in every container beside a service named "claviger".
    private static func isServiceLink(_ name: String, _ variables: [String: String]) -> Bool {
        let form =
            /CLAVIGER_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)/
        return variables["KUBERNETES_SERVICE_HOST"] != nil && name.wholeMatch(of: form) != nil
    }
}

extension ConfigurationKey {
    fileprivate var path: ConfigKey { ConfigKey([name]) }
}

/// Remembers which layer gave the value that was asked for last.
private final class LayerRecorder: AccessReporter {
    private let layer = Lock<Int?>(nil)

    var last: Int? { layer.withLock { $0 } }

    func report(_ event: AccessEvent) {
        let index = event.providerResults.firstIndex { (try? $0.result.get())?.value != nil }
        layer.withLock { $0 = index }
    }
}
