/// Where a setting was said.
package enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
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
    package let origin: SettingOrigin
    /// What is wrong, for people.
    package let problem: String

    package init(_ name: String, from origin: SettingOrigin, _ problem: String) {
        self.name = name
        self.origin = origin
        self.problem = problem
    }

    package var description: String {
        origin == .standard ? "\(name): \(problem)" : "\(name) (\(origin)): \(problem)"
    }
}

/// Everything that is wrong with the configuration: nothing starts until all of it is right (threat P12).
package struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    package let errors: [ConfigurationError]

    package var description: String {
        (["The configuration is not right."] + errors.map { "  \($0)" }).joined(separator: "\n")
    }
}
