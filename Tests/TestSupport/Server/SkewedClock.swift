import Foundation

/// A wall clock that is wrong, for one process: `Tests/SkewedClock`, compiled by the compiler that Swift brings.
package enum SkewedClock {
    /// The variables with which a program sees a clock that goes before the machine's, or after it.
    ///
    /// - Parameters:
    ///   - seconds: How far before; negative for after.
    ///   - folder: Where the compiled library is put; it has to last as long as the program.
    package static func environment(seconds: Int, in folder: Folder) async throws -> [String: String] {
        let library = folder.path + "/skewed_clock.so"
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("SkewedClock/skewed_clock.c")
        let compiled = try await FinishedCommand.clang(["-shared", "-fPIC", "-o", library, source.path])
        guard compiled.status == 0 else { throw ServerFailure("clang: \(compiled.text)") }
        return ["LD_PRELOAD": library, "SKEWED_CLOCK_SECONDS": "\(seconds)"]
    }
}
