/// Where a setting was said.
package enum SettingSource: Hashable, Sendable, CustomStringConvertible {
    /// A flag, with its dashes.
    case flag(String)
    /// An environment variable.
    case variable(String)
    /// The file, and the line if it is known.
    case file(String, line: Int?)
    /// Nowhere: the default is in force.
    case standard

    package var description: String {
        switch self {
        case .flag(let name): "flag \(name)"
        case .variable(let name): "environment \(name)"
        case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
        case .standard: "default"
        }
    }
}

/// What is wrong with one setting. It names the setting, where it was said and what is allowed, and never repeats a
/// value, which could be a secret.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key, or what stands where a key should.
    package let name: String
    package let source: SettingSource
    /// What is wrong, for people.
    package let problem: String

    package init(_ name: String, from source: SettingSource, _ problem: String) {
        self.name = name
        self.source = source
        self.problem = problem
    }

    package var description: String {
        source == .standard ? "\(name): \(problem)" : "\(name) (\(source)): \(problem)"
    }
}

/// Everything that is wrong with the configuration: nothing starts until all of it is right (threat P12).
package struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    package let errors: [ConfigurationError]

    package var description: String {
        (["The configuration is not right."] + errors.map { "  \($0)" }).joined(separator: "\n")
    }
}
