import Policy

/// What is wrong with a value, where "must be" and what is allowed would not say enough.
struct InvalidSetting: Error {
    let problem: String

    init(_ problem: String) {
        self.problem = problem
    }
}

/// A setting as `claviger doctor` shows it.
package struct SettingInForce: Hashable, Sendable {
    package let key: ConfigurationKey
    /// The value, or a word in its place where it is secret or not understood.
    package let shown: String
    package let source: SettingSource
}

/// Takes the settings one by one, and collects what is in force and what is wrong.
struct Settings {
    private let reading: ConfigurationReading
    private(set) var inForce: [SettingInForce] = []
    private(set) var errors: [ConfigurationError]
    /// Whether what is missing is really missing: not when it may stand in a file that could not be read, or under a
    /// name that was mistyped, or is not needed in the environment that was meant.
    private var heardAll: Bool

    init(_ reading: ConfigurationReading) {
        self.reading = reading
        errors = reading.errors
        heardAll = reading.errors.isEmpty
    }

    /// Where `key` was said, nil for nowhere.
    func source(of key: ConfigurationKey) -> SettingSource? { reading[key]?.source }

    /// The value of `key`, nil if nobody said anything, or what was said is wrong.
    ///
    /// - Parameters:
    ///   - standard: What is shown where nobody said anything.
    ///   - show: What is shown of a value that is not secret; nil for all that was said.
    ///   - parse: Gives nil for what is not among the key's allowed values.
    mutating func take<T>(
        _ key: ConfigurationKey, shown standard: String? = nil, showing show: ((T) -> String)? = nil,
        _ parse: (String) throws(InvalidSetting) -> T?
    ) -> T? {
        guard let said = reading[key] else {
            inForce.append(SettingInForce(key: key, shown: standard ?? "not set", source: .standard))
            return nil
        }
        do throws(InvalidSetting) {
            guard Self.isPrintable(said.text), let value = try parse(said.text) else {
                throw InvalidSetting("must be \(key.allowed)")
            }
            let shown = key.isSecret ? "set" : show?(value) ?? said.text
            inForce.append(SettingInForce(key: key, shown: shown, source: said.source))
            return value
        } catch {
            // What was not understood is not shown either: it may be a secret in the wrong place.
            inForce.append(SettingInForce(key: key, shown: "not understood", source: said.source))
            errors.append(ConfigurationError(key.name, from: said.source, error.problem))
            if key == .environment { heardAll = false }
            return nil
        }
    }

    /// The addresses of `key`, none if nobody said anything.
    mutating func takeRanges(_ key: ConfigurationKey) -> [IPRange] {
        let ranges: [IPRange]? = take(key) { text throws(InvalidSetting) in
            var ranges: [IPRange] = []
            for (index, word) in text.split(whereSeparator: { ", ".contains($0) }).enumerated() {
                guard let range = IPRange(word) else {
                    throw InvalidSetting("entry \(index + 1) is none; it must be \(key.allowed)")
                }
                ranges.append(range)
            }
            return ranges.isEmpty ? nil : ranges
        }
        return ranges ?? []
    }

    /// Notes that something is wrong with `key`.
    mutating func refuse(_ key: ConfigurationKey, _ problem: String) {
        errors.append(ConfigurationError(key.name, from: source(of: key) ?? .standard, problem))
    }

    /// Notes that `key` must be said and is not.
    mutating func refuseMissing(_ key: ConfigurationKey, _ problem: String) {
        if heardAll { refuse(key, problem) }
    }

    /// Whether a value has something in it, and nothing that would spoil a terminal or a log.
    private static func isPrintable(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
