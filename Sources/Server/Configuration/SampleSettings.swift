/// A file of settings in which every setting is commented out, with its default and what it says: what a package installs.
enum SampleSettings {
    /// How long its lines are, in characters.
    private static let width = 110

    static let text: String = {
        let head = comment(
            """
            Settings of Claviger, for --config. Flags and variables go before them. Take away the # before a key to say something \
            else than its default; a list is written as [a, b]. `claviger doctor --config` and this file says what is in force \
            and what is unsafe.
            """)
        return ([head] + ConfigurationKey.all.filter(\.isInFile).map(entry)).joined(separator: "\n\n") + "\n"
    }()

    private static func entry(_ key: ConfigurationKey) -> String {
        let places = [key.flag, key.variable].compactMap(\.self).joined(separator: ", ")
        let about = comment("\(key.summary). Must be \(key.allowed). Default: \(key.standard). Also \(places).")
        return "\(about)\n#\(key.name):\(key.literalStandard.map { " \($0)" } ?? "")"
    }

    /// A text as comments, its words as they are.
    private static func comment(_ text: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count >= width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return (lines + [line]).map { "# \($0)" }.joined(separator: "\n")
    }
}

extension ConfigurationKey {
    /// What could stand in the file to say the default, nil where only words can.
    fileprivate var literalStandard: String? {
        let value = standard.prefix { $0 != ";" && $0 != "," }
        return value.contains(" ") || value == "none" ? nil : String(value)
    }
}
