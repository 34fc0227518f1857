import Foundation

/// The standard error of a command, for people alone: who reads what it prints reads nothing else.
enum StandardError {
    /// Writes a line.
    static func tell(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
