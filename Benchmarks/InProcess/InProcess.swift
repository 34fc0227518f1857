import ClavigerVerifier
import Foundation

/// What is measured inside a process, and what fills a database for measurements over HTTP. `make bench` calls it; each
/// subcommand answers with one line of JSON.
///
/// - `InProcess verify`: how many credentials one core judges in a second.
/// - `InProcess seed --database F --master-key F --keys N --keys-file F`: adds N API keys, 500 to an account, and writes
///   their secrets to a file, one a line. For throw-away databases alone: nothing else ever writes a plain secret.
/// - `InProcess check --address U --id I --secret-file F --credential-file F`: how many checks one core makes beside the server
///   at an address, as one of its resource servers, of a credential that it knows.
/// - `InProcess engine --database F --writers N --seconds S`: how many API keys the bare engine inserts in a second.
///
/// A database is the path of a SQLite file or a `postgres://` URI.
@main
struct InProcess {
    static func main() async {
        do {
            print(try await run(Array(CommandLine.arguments.dropFirst())))
        } catch {
            FileHandle.standardError.write(Data("InProcess: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws -> String {
        let options = try Options(arguments.dropFirst())
        switch arguments.first {
        case "verify":
            return try await VerificationMeasurement.run(seconds: try options.number("seconds", default: 3))
        case "seed":
            return try await Seeding(
                database: try options.text("database"), masterKeyFile: try options.text("master-key"),
                keysFile: try options.text("keys-file"), count: try options.number("keys")
            ).run()
        case "check":
            return try await CheckMeasurement(
                configuration: VerifierConfiguration(
                    address: try options.text("address"), clientID: try options.text("id"),
                    clientSecret: try options.secret("secret-file")),
                credential: try options.secret("credential-file"), seconds: try options.number("seconds", default: 3)
            ).run()
        case "engine":
            return try await EngineMeasurement(
                database: try options.text("database"), writers: try options.number("writers", default: 64),
                seconds: try options.number("seconds", default: 3)
            ).run()
        default:
            throw UsageError(description: "usage: InProcess verify|seed|check|engine [--option value]…")
        }
    }
}

/// What the command line lacks.
struct UsageError: Error, CustomStringConvertible {
    let description: String
}

/// The options of a subcommand: `--name value`, in any order.
private struct Options {
    private var values: [String: String] = [:]

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else {
                throw UsageError(description: "\(name) is no option with a value")
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw UsageError(description: "--\(name) is missing") }
        return value
    }

    /// The first line of a file.
    func secret(_ name: String) throws -> String {
        let path = try text(name)
        guard let line = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").first else {
            throw UsageError(description: "\(path) is empty")
        }
        return String(line)
    }

    /// A number of at least 1.
    func number(_ name: String, default standard: Int? = nil) throws -> Int {
        if values[name] == nil, let standard { return standard }
        guard let number = Int(try text(name)), number > 0 else {
            throw UsageError(description: "--\(name) takes a number above 0")
        }
        return number
    }
}
