import Foundation

/// A node of `make prove-renewal`: the engine that renews connections, on the database of all nodes, with a clock that is told it. The
/// script that drives it starts and kills it.
///
/// - `RenewalProof prepare … --grants F`: takes over what the simulator of the file `F` gave, and ends.
/// - `RenewalProof node …`: reads commands from its input, a line each, and answers each with a line of JSON.
///
///   `round T [kill N]` renews what is due at `T`, in seconds since 1970. With `kill`, it kills itself once a provider has answered for the
///   N-th time and before anything of that is written down.
///   `serve T N` renews as a server does, all lanes at once, until providers have answered N times; with 0, for a few seconds.
///   `prove T` renews every connection once, whatever is due.
///   `report` says how all connections and promises stand.
///
/// All take `--database` (a path, or a `postgres://` URI), `--simulator` (its address), `--folder` (for the journal), `--master-key` (64
/// hexadecimal digits), `--name`, `--lease` (seconds) and `--at` (the time at first).
@main
struct RenewalProof {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            let options = try ProofOptions(arguments.dropFirst())
            switch arguments.first {
            case "prepare":
                let node = try await ProofNode(options)
                say(try await node.adopt(try options.text("grants")))
                await node.close()
            case "node":
                let node = try await ProofNode(options)
                say(#"{"ready": true}"#)
                while let line = readLine() { say(try await node.obey(line)) }
                await node.close()
            default: throw ProofFailure("usage: RenewalProof prepare|node --option value…")
            }
        } catch {
            FileHandle.standardError.write(Data("RenewalProof: \(error)\n".utf8))
            exit(1)
        }
    }

    /// Prints a line at once.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// Why it cannot go on.
struct ProofFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// `--name value`, in any order.
struct ProofOptions {
    private var values: [String: String] = [:]

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else {
                throw ProofFailure("\(name) is no option with a value")
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw ProofFailure("--\(name) is missing") }
        return value
    }

    func number(_ name: String) throws -> Int {
        guard let number = Int(try text(name)), number > 0 else { throw ProofFailure("--\(name) takes a number") }
        return number
    }
}
